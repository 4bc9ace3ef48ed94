import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hostPage, launch, missing } from './support/browser.js';
import { startServer } from './support/server.js';

// Needs a build: what is tested is what is served.
let browser;
before(async () => {
  if (!missing) browser = await launch();
});
after(() => browser?.close());

const scene = (name, body, options = {}) =>
  test(name, { skip: missing }, async () => {
    const server = await startServer(options.server);
    const host = await hostPage(browser, server, options.page);
    try {
      await body({ ...host, server });
      assert.deepEqual(host.errors, []);
    } finally {
      await host.context.close();
      await server.stop();
    }
  });

const ask = async ({ page, launcher, frame }, text = 'How long is the warranty?') => {
  await launcher.click();
  await frame.locator('.ask').waitFor();
  await frame.locator('#text').fill(text);
  await page.keyboard.press('Enter');
  await frame.locator('.bar').waitFor();
};

scene('before the first open: no frame, nothing stored, one global', async ({ page, context }) => {
  assert.equal(await page.locator('parlance-chat iframe').count(), 0);
  assert.deepEqual((await context.storageState()).origins, []);
  const globals = await page.evaluate(() => {
    const clean = document.createElement('iframe');
    document.body.append(clean);
    return Object.keys(window).filter((key) => !(key in clean.contentWindow) && !/^\d+$/.test(key));
  });
  assert.deepEqual(globals, ['parlance']);
});

scene('included twice it is there once', async ({ page }) => {
  await page.evaluate(() => new Promise((resolve) => {
    const again = document.createElement('script');
    const first = document.querySelector('script[data-space]');
    again.nonce = 'n0nce';
    again.src = first.src;
    again.dataset.space = 'acme';
    again.onload = resolve;
    document.body.append(again);
  }));
  assert.equal(await page.locator('parlance-chat').count(), 1);
});

scene('by keyboard alone: open, ask, read a source, close, and the focus is back', async ({ page, frame, focused }) => {
  while ((await focused()) !== 'button') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await frame.locator('.ask').waitFor();
  await frame.locator('#text:focus').waitFor();
  await page.keyboard.type('How long is the warranty?');
  await page.keyboard.press('Enter');
  await frame.locator('.bar').waitFor();
  for (let i = 0; i < 12 && !(await frame.locator('button.cite:focus').count()); i++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await frame.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await frame.locator('button.cite:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('parlance-chat:not([open])').waitFor({ state: 'attached' });
  assert.equal(await focused(), 'button');
});

scene('Tab stays in the chat', async (host) => {
  await ask(host);
  const { page, frame, focused } = host;
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'iframe');
  }
  assert.equal(await frame.locator('main :focus').count(), 1);
});

scene('an answer has citations that open their source, a meter and a mark on what is unsupported', async (host) => {
  await ask(host);
  const { frame } = host;
  assert.equal(await frame.locator('[role=meter]').getAttribute('aria-valuenow'), '93');
  assert.match(await frame.locator('.weak').first().textContent(), /^Most claims .*not backed by a source/);
  await frame.locator('button.cite').first().click();
  const card = frame.locator('dialog[open]');
  await card.waitFor();
  assert.match(await card.textContent(), /Warranty policy 2026.*limited warranty/s);
  const link = card.locator('a');
  assert.match(await link.getAttribute('href'), /\/documents\/d1#page=3$/);
  assert.equal(await link.getAttribute('rel'), 'noopener nofollow');
  const [opened] = await Promise.all([host.context.waitForEvent('page'), link.click()]);
  await opened.waitForURL(/\/documents\/d1/);
});

scene('a screen reader hears the whole answer once, without marks', async (host) => {
  await ask(host);
  const live = host.frame.locator('#live');
  assert.match(await live.textContent(), /^Acme assistant: Acme covers every RX series robot/);
  assert.match(await live.textContent(), / To claim it: Note the serial number on the base plate\. Open a case in the portal, with diagnostics\.zip attached\. /);
  assert.doesNotMatch(await live.textContent(), /\[S\d\]|[*`]|\d\. Note/);
  assert.equal(await host.frame.locator('#log').getAttribute('aria-live'), 'off');
});

scene('HTML in an answer stays text', async ({ launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.on').waitFor();
  server.only().message({ kind: 'assistant' }, '<img src=x onerror=alert(1)> ![x](https://a.example/p.png) [y](javascript:alert(1))');
  const bubble = frame.locator('.bubble').last();
  await bubble.getByText('onerror').waitFor();
  assert.equal(await bubble.locator('img, a, script').count(), 0);
});

scene('stop ends an answer', async ({ page, launcher, frame }) => {
  await launcher.click();
  await frame.locator('.ask').waitFor();
  await frame.locator('#text').fill('warranty?');
  await page.keyboard.press('Enter');
  await frame.locator('#stop').click();
  await frame.getByText('Stopped').waitFor();
}, { server: { pace: 30 } });

scene('a person can be asked for until one is', async ({ page, launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.on').waitFor();
  const offer = frame.locator('.link', { hasText: 'Talk to a person' });
  server.only().append({ type: 'message', id: 'a1', author: { kind: 'assistant' }, text: 'I found nothing on that.', state: 'complete', abstained: true });
  await offer.waitFor();
  await frame.locator('#text').fill('How long is the warranty?');
  await page.keyboard.press('Enter');
  await frame.locator('.bar').waitFor();
  await offer.click();
  await offer.waitFor({ state: 'detached' });
  assert.ok(await frame.locator('#person').isHidden());
  server.only().append({ type: 'status', status: 'bot', by: { kind: 'agent' } });
  await offer.waitFor();
  assert.ok(await frame.locator('#person').isVisible());
});

scene('the focus stays in the chat when the button under it goes', async ({ launcher, frame, focused }) => {
  await launcher.click();
  await frame.locator('.on').waitFor();
  await frame.locator('#person').press('Enter');
  await frame.locator('#text:focus').waitFor();
  assert.equal(await focused(), 'iframe');
});

scene('open in this tab, it is open again after a reload, and the page keeps the focus', async ({ page, launcher, frame, focused, context, server }) => {
  await ask({ page, launcher, frame });
  await page.reload();
  await frame.locator('.bar').waitFor();
  assert.equal(await launcher.getAttribute('aria-expanded'), 'true');
  assert.equal(await focused(), 'body');
  const other = await context.newPage();
  await other.goto(`${server.origin}/host`);
  await other.locator('parlance-chat button').waitFor();
  assert.equal(await other.locator('parlance-chat iframe').count(), 0, 'another tab is another matter');
  await launcher.click();
  await page.reload();
  await launcher.waitFor();
  assert.equal(await page.locator('parlance-chat iframe').count(), 0);
});

for (const [locale, colorScheme] of [['en', 'light'], ['de', 'dark'], ['fr', 'light'], ['es', 'light'], ['pt', 'light']]) {
  scene(`at 360 pixels the header stays as high as it is in ${locale}`, async ({ page, launcher, frame }) => {
    await page.evaluate((locale) => window.parlance('locale', locale), locale);
    await launcher.click();
    await frame.locator('.on').waitFor();
    const lines = (id) => frame.locator(id).evaluate((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size;
    });
    assert.equal(await lines('#title'), 1);
    assert.ok((await lines('#sub')) <= 2);
    assert.ok((await lines('#person')) <= 2);
    await frame.locator('#person').click();
    await frame.locator('#person').waitFor({ state: 'hidden' });
    assert.ok((await lines('#sub')) <= 2);
    assert.equal((await frame.locator('header').boundingBox()).height, 76);
  }, { page: { viewport: { width: 360, height: 740 }, colorScheme, hasTouch: true, isMobile: true } });
}

const BACK = 'Unser Team ist am Donnerstag um 09:00 Uhr (Zeit in Buenos Aires) wieder da';
scene('what may be expected of people stands whole under the title, on a phone too, and goes with its reason', async ({ launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.on', { hasText: BACK }).waitFor();
  const { wide, room, below } = await frame.locator('#sub').evaluate((sub) => ({
    wide: sub.scrollWidth,
    room: sub.clientWidth,
    below: document.querySelector('header').getBoundingClientRect().bottom - sub.getBoundingClientRect().bottom,
  }));
  assert.ok(wide <= room, `${wide} of ${room} px`);
  assert.ok(below > 0);
  server.only().emit({ type: 'settings', config: { ...server.config, availability: { text: {} } } });
  await frame.locator('.on', { hasText: 'Answers right away' }).waitFor();
  server.only().emit({ type: 'settings', config: { ...server.config, availability: { text: { en: BACK } } } });
  await frame.locator('#person').click();
  await frame.locator('.on', { hasText: BACK }).waitFor();
  server.only().append({ type: 'status', status: 'human', by: { kind: 'system' }, assignee: { kind: 'agent', name: 'Ava' } });
  await frame.locator('.on', { hasText: 'A person' }).waitFor();
}, { server: { config: { availability: { text: { en: BACK } } } }, page: { viewport: { width: 360, height: 740 } } });

scene('an address is asked for with a message that asks for it, and once', async (host) => {
  const { page, launcher, frame, server } = host;
  await ask(host);
  const conversation = server.only();
  conversation.append({ type: 'status', status: 'waiting', reason: 'visitor_asked' });
  conversation.message({ kind: 'system' }, 'Nobody from our team is here just now. Leave your e-mail address to get the answer there, too.', { asks: 'email' });
  const field = frame.locator('.system input');
  await field.fill('mara');
  await field.press('Enter');
  await field.fill('mara@shop.example');
  await field.press('Enter');
  await frame.getByText('Thank you!').waitFor();
  const given = conversation.received.filter((received) => received.type === 'email');
  assert.deepEqual(given, [{ type: 'email', address: 'mara@shop.example' }]);
  await page.reload();
  await launcher.click();
  await frame.locator('.msg.system').waitFor();
  assert.equal(await field.count(), 0);
});

scene('a person joins, leaves, and is rated', async ({ launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.on').waitFor();
  await frame.locator('#person').click();
  await frame.locator('#person').waitFor({ state: 'hidden' });
  const ava = { kind: 'agent', name: 'Ava' };
  server.only().append({ type: 'status', status: 'human', by: { kind: 'system' }, assignee: ava });
  await frame.getByRole('log').getByText('Ava joined.').waitFor();
  server.only().append({ type: 'status', status: 'resolved', by: ava });
  await frame.getByLabel('4 / 5').click();
  await frame.getByLabel('Anything to add').fill('Great');
  await frame.locator('.comment button').click();
  await frame.getByText('Thank you!').waitFor();
  const rated = server.only().received.filter((received) => received.type === 'rate');
  assert.deepEqual(rated, [{ type: 'rate', score: 4 }, { type: 'rate', score: 4, comment: 'Great' }]);
});

scene('a rating without a line is sent with the next one, in its order', async ({ page, launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.on').waitFor();
  await frame.locator('#person').click();
  await frame.locator('#person').waitFor({ state: 'hidden' });
  server.only().append({ type: 'status', status: 'resolved', by: { kind: 'agent', name: 'Ava' } });
  const star = frame.getByLabel('2 / 5');
  await star.waitFor();
  await page.context().setOffline(true);
  server.cut();
  await frame.locator('#sub:not(.on)').waitFor();
  await star.click();
  await frame.getByLabel('Anything to add').fill('Slow');
  await frame.locator('.comment button').click();
  const rated = () => server.only().received.filter((received) => received.type === 'rate');
  assert.deepEqual(rated(), []);
  await page.context().setOffline(false);
  while (rated().length < 2) await page.waitForTimeout(50);
  assert.deepEqual(rated(), [{ type: 'rate', score: 2 }, { type: 'rate', score: 2, comment: 'Slow' }]);
});

scene('what comes while it is closed is counted on the launcher and told to the page', async ({ page, launcher, frame, server }) => {
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['ready', 'open', 'close', 'message', 'unread']) window.parlance('on', name, (data) => window.heard.push(data === undefined ? name : [name, data.text || data]));
  });
  await launcher.click();
  await frame.locator('.on').waitFor();
  await launcher.click();
  server.only().message({ kind: 'agent', name: 'Ava' }, 'Hello');
  await page.locator('parlance-chat i', { hasText: '1' }).waitFor();
  // The page is told in a task of its own, which may come after the badge.
  for (const wanted of ['ready', 'open', 'close', ['message', 'Hello'], ['unread', 1]]) {
    await page.waitForFunction((item) => window.heard.some((heard) => JSON.stringify(heard) === item), JSON.stringify(wanted));
  }
  await launcher.click();
  await page.locator('parlance-chat i', { hasText: /^$/ }).waitFor({ state: 'attached' });
});

scene('asks for name and e-mail first, where the space wants them', async ({ page, launcher, frame, server }) => {
  await launcher.click();
  await frame.getByLabel('Name').fill('Kim');
  // Opened again, it goes on with what is missing.
  await page.evaluate(() => (window.parlance('close'), window.parlance('open')));
  await frame.locator('[name=email]:focus').waitFor();
  await page.keyboard.type('kim@example.com');
  await page.keyboard.press('Enter');
  await frame.locator('#text:focus').waitFor();
  await frame.locator('.on').waitFor();
  assert.deepEqual(server.sessions.at(-1).attributes, { name: 'Kim', email: 'kim@example.com' });
}, { server: { config: { prechat: ['name', 'email'] } } });

scene('speaks the page’s language, from right to left where that is so', async ({ page, launcher, frame }) => {
  await page.evaluate(() => window.parlance('locale', 'ar-EG'));
  await launcher.click();
  await frame.getByText('التحدث إلى شخص').waitFor();
  assert.equal(await frame.locator('html').getAttribute('dir'), 'rtl');
});

scene('reset forgets the visitor', async (host) => {
  await ask(host);
  const { page, frame, server } = host;
  await page.evaluate(() => window.parlance('reset'));
  await frame.locator('.ask').waitFor();
  await frame.locator('.on').waitFor();
  assert.equal(server.sessions.at(-1).token, undefined);
});

scene('reset before the first open is remembered until then', async (host) => {
  await ask(host);
  const { page, frame, launcher, server } = host;
  await launcher.click();
  await page.reload();
  await launcher.waitFor();
  await page.evaluate(() => window.parlance('reset'));
  await page.reload();
  await launcher.click();
  await frame.locator('.on').waitFor();
  assert.equal(server.sessions.at(-1).token, undefined);
  assert.equal(await frame.locator('.visitor').count(), 0);
  // Once is enough.
  await page.reload();
  await frame.locator('.on').waitFor();
  assert.ok(server.sessions.at(-1).token);
});

scene('a wrong call is an error event, and so is an identity that proves nothing', async ({ page, launcher, frame }) => {
  await page.evaluate(() => {
    window.heard = [];
    const gone = () => window.heard.push('gone');
    const hear = ({ code, detail }) => window.heard.push(`${code} ${detail}`);
    const { parlance } = window;
    for (const listener of [hear, gone, hear]) parlance('on', 'error', listener);
    parlance('off', 'error', gone);
    for (const call of [['fly'], [], ['identify'], ['identify', 'ann'], ['attributes', 1], ['locale'], ['on', 'open'], ['on', 'open', 'x'], ['off', 'never', 1], ['identify', { f() {} }]]) parlance(...call);
  });
  await launcher.click();
  await frame.locator('.on').waitFor();
  await page.evaluate(() => window.parlance('identify', { token: 'wrong' }));
  await page.waitForFunction(() => window.heard.at(-1).startsWith('identity_invalid'));
  const heard = await page.evaluate(() => window.heard);
  const wrong = ['fly', 'undefined', 'identify', 'identify', 'attributes', 'locale', 'on', 'on', 'identify'];
  assert.deepEqual(heard, [...wrong.map((name) => `invalid_request ${name}`), 'identity_invalid the signature is not right']);
});

scene('settings that change are seen, on the page too', async ({ page, launcher, frame, server }) => {
  await launcher.click();
  await frame.locator('.ask').waitFor();
  const config = { ...server.config, bot: { name: 'Robi', avatar: null }, theme: { mode: 'dark', color: '#00a37a', position: 'left' }, greeting: 'Welcome', suggested_questions: ['What is new?'] };
  server.only().emit({ type: 'settings', config });
  await frame.getByRole('button', { name: 'What is new?' }).waitFor();
  await frame.getByText('Welcome').waitFor();
  assert.equal(await frame.locator('#title').textContent(), 'Robi');
  assert.equal(await frame.locator('#face').textContent(), 'R');
  assert.equal(await frame.locator('.ask').count(), 1);
  assert.equal(await frame.locator('html').evaluate((root) => getComputedStyle(root).backgroundColor), 'rgb(20, 22, 27)');
  await page.locator('parlance-chat[left]').waitFor({ state: 'attached' });
  assert.equal(await page.locator('parlance-chat').evaluate((host) => host.style.getPropertyValue('--c')), '#00a37a');
});

scene('taken off and included again it works', async ({ page, launcher, frame }) => {
  await page.evaluate(() => new Promise((resolve) => {
    const { src } = document.querySelector('script[data-space]');
    window.parlance('shutdown');
    const again = document.createElement('script');
    Object.assign(again, { nonce: 'n0nce', src, onload: resolve });
    again.dataset.space = 'acme';
    document.body.append(again);
  }));
  assert.equal(await page.locator('parlance-chat').count(), 1);
  await launcher.click();
  await frame.locator('.on').waitFor();
});

scene('shutdown takes it off the page', async ({ page }) => {
  await page.evaluate(() => window.parlance('shutdown'));
  assert.equal(await page.locator('parlance-chat').count(), 0);
  assert.equal(await page.evaluate(() => 'parlance' in window), false);
});

scene('with the socket blocked it works over a stream', async (host) => {
  await ask(host);
  assert.ok(host.server.requests.includes('GET conversation/events'));
}, { server: { faults: { socket: 'refuse' } } });

scene('fills a phone', async ({ page, launcher }) => {
  await launcher.click();
  const box = await page.locator('parlance-chat iframe').boundingBox();
  await page.locator('parlance-chat iframe').evaluate((frame) => Promise.all(frame.getAnimations().map((animation) => animation.finished)));
  assert.ok(box);
  assert.deepEqual(await page.locator('parlance-chat iframe').boundingBox(), { x: 0, y: 0, width: 360, height: 740 });
}, { page: { viewport: { width: 360, height: 740 } } });

const LINEAR = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * LINEAR(r) + 0.7152 * LINEAR(g) + 0.0722 * LINEAR(b);
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

for (const color of ['#2456e6', '#ffd400', '#00a37a', '#e11d48', '#111111', '#f5f5f5']) {
  for (const mode of ['light', 'dark']) {
    scene(`${color} reads on ${mode}`, async ({ launcher, frame }) => {
      await launcher.click();
      await frame.locator('.ask').waitFor();
      // Painted and read back: a computed oklch() says little about the pixel.
      const pixels = await frame.locator('html').evaluate((root) => {
        const { ink, accent, link, soft, mute, bg } = { ink: '--ink', accent: '--accent', link: '--accent-text', soft: '--soft', mute: '--mute', bg: '--bg' };
        const probe = root.appendChild(document.createElement('b'));
        const context = document.createElement('canvas').getContext('2d');
        const pixel = (name) => {
          probe.style.color = `var(${name})`;
          context.fillStyle = getComputedStyle(probe).color;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        return Object.fromEntries(Object.entries({ ink, accent, link, soft, mute, bg }).map(([key, name]) => [key, pixel(name)]));
      });
      assert.ok(contrast(pixels.ink, pixels.accent) >= 4.5, `ink ${pixels.ink}`);
      for (const ground of ['soft', 'bg']) {
        assert.ok(contrast(pixels.link, pixels[ground]) >= 4.5, `link ${pixels.link} on ${ground} ${contrast(pixels.link, pixels[ground])}`);
        assert.ok(contrast(pixels.mute, pixels[ground]) >= 4.5, `mute on ${ground}`);
      }
    }, { server: { config: { theme: { mode, color, position: 'right' } } } });
  }
}

/** Who a visitor is: one history in two browsers, nothing left behind, and settings while it is open. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { story } from '../support/browser.js';
import { server } from '../support/server.js';
import { visitor as visitorOn } from '../support/visitor.js';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** As in docs/WIDGET.md. */
function chatToken(user, secret) {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user.id, email: user.email, exp: Math.floor(Date.now() / 1000) + 300 })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/** What an admin of the demo workspace does. */
async function admin(context, name) {
  const { request } = context;
  const login = await request.post(`${server.origin}/api/auth/login`, { data: { email: `admin@${name}.example`, password: `${name}demo1!` } });
  const headers = { Authorization: `Bearer ${(await login.json()).access_token}` };
  const { items } = await (await request.get(`${server.origin}/api/chat-spaces`, { headers })).json();
  const space = `${server.origin}/api/chat-spaces/${items[0].id}`;
  return {
    settings: items[0].settings,
    key: async () => (await request.post(`${space}/identity-keys`, { headers, data: {} })).json(),
    drop: ({ kid }) => request.delete(`${space}/identity-keys/${kid}`, { headers }),
    set: (settings) => request.patch(space, { headers, data: { settings } }),
  };
}

const identify = (page, token) => page.evaluate((token) => window.parlance('identify', { token }), token);

story('one person in two browsers has one history, and leaves none behind', async ({ context, page, onForeignPage }) => {
  const acme = await admin(context, 'acme');
  const key = await acme.key();
  const token = (id) => chatToken({ id, email: `${id}@shop.example` }, key.secret);
  const first = await onForeignPage();
  await first.opens();
  await first.says('Is shipping free?');
  await first.isAnswered();
  const said = await first.texts();
  await identify(page, token('ann'));
  await first.isOpen();
  await first.says('What does error E03 mean?');
  await first.isAnswered(2);
  assert.deepEqual((await first.texts()).slice(0, said.length), said, 'the conversation goes on');

  const other = await context.browser().newContext();
  const second = visitorOn(await other.newPage());
  await second.page.goto(page.url());
  await identify(second.page, token('ann'));
  await second.opens();
  await second.isAnswered(2);
  assert.deepEqual(await second.texts(), await first.texts());
  await other.close();

  // The next person at this browser, who did not log out before.
  await identify(page, token('bob'));
  await first.frame.locator('.visitor').first().waitFor({ state: 'detached' });
  await first.isOpen();
  assert.equal(await first.answers.count(), 0);
  await identify(page, token('ann'));
  await first.isAnswered(2);
  await page.evaluate(() => window.parlance('reset'));
  await first.frame.locator('.visitor').first().waitFor({ state: 'detached' });
  await first.isOpen();
  await page.reload();
  await first.isOpen();
  assert.equal(await first.answers.count(), 0);
  await acme.drop(key);
});

story('what an admin changes is seen in an open chat without a reload', async ({ context, page, onDemoPage }) => {
  const globex = await admin(context, 'globex');
  const visitor = await onDemoPage('globex');
  await visitor.opens();
  const before = await page.locator('parlance-chat').evaluate((host) => host.style.getPropertyValue('--c'));
  try {
    await globex.set({ color: '#8a1c7c', position: 'left', mode: 'dark', bot_name: 'Nova', greeting: 'Good to see you.', suggested_questions: ['Where is it?'] });
    await visitor.frame.getByText('Good to see you.').waitFor();
    await page.locator('parlance-chat[left]').waitFor({ state: 'attached' });
    assert.equal(await visitor.frame.locator('#title').innerText(), 'Nova');
    assert.deepEqual(await visitor.frame.locator('.ask button').allInnerTexts(), ['Where is it?']);
    assert.notEqual(before, await page.locator('parlance-chat').evaluate((host) => host.style.getPropertyValue('--c')));
    if (process.env.PARLANCE_PICTURES) await page.screenshot({ path: `${process.env.PARLANCE_PICTURES}/live.png` });
    await globex.set({ identity: 'required' });
    const stranger = await context.browser().newContext();
    const refused = visitorOn(await stranger.newPage());
    await refused.page.goto(page.url());
    await refused.launcher.click();
    await refused.frame.getByText('Please log in to chat.').waitFor();
    if (process.env.PARLANCE_PICTURES) await refused.page.screenshot({ path: `${process.env.PARLANCE_PICTURES}/login.png` });
    await stranger.close();
  } finally {
    await globex.set(globex.settings);
  }
}, { alone: true });

/** Asking, on a page of somebody else's. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { LONG } from '../support/visitor.js';

story('on a foreign page under a strict policy an answer streams in, with sources and a meter', async ({ onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.frame.locator('#log').evaluate((log) => {
    const lengths = new Set();
    new MutationObserver(() => {
      const draft = log.querySelector('.draft .bubble');
      if (draft) log.dataset.steps = `${lengths.add(draft.textContent?.length).size}`;
    }).observe(log, { subtree: true, childList: true, characterData: true });
  });
  await visitor.says(LONG);
  const answer = await visitor.isAnswered();
  const steps = await visitor.frame.locator('#log').getAttribute('data-steps');
  assert.ok(Number(steps) > 3, `it came in ${steps} steps`);
  assert.match(await answer.innerText(), /mower|battery|winter/i);
  assert.ok(await answer.locator('button.cite').count());
  const grounding = Number(await answer.locator('[role=meter]').getAttribute('aria-valuenow'));
  assert.ok(grounding > 50, `grounded by ${grounding}%`);
});

story('each company answers from its own documents', async ({ onDemoPage }) => {
  const visitor = await onDemoPage('globex');
  await visitor.opens();
  await visitor.says('How long does a trace take?');
  assert.match(await (await visitor.isAnswered()).innerText(), /5 business days/);
});

story('what the documents do not say is not answered; a person is offered, asked for and announced', async ({ onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.says('Who is the chief executive of Acme?');
  const answer = await visitor.isAnswered();
  assert.equal(await answer.locator('.cite, .bar').count(), 0);
  await answer.getByRole('button', { name: 'Talk to a person' }).click();
  await visitor.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
  await visitor.frame.locator('#person').waitFor({ state: 'hidden' });
});

story('stop ends an answer and what was there stays', async ({ onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  await visitor.isBeingAnswered();
  await visitor.frame.locator('#stop').click();
  const stopped = visitor.frame.locator('.msg.assistant:not(.draft)', { hasText: 'Stopped' });
  await stopped.waitFor();
  assert.match(await stopped.locator('.bubble').innerText(), /\w+/);
  assert.equal(await stopped.getByRole('button').count(), 0, 'it is not asked about');
});

story('a vote is pressed, also after a reload', async ({ page, onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.says('Is shipping free?');
  await (await visitor.isAnswered()).getByRole('button', { name: 'Good answer' }).click();
  await visitor.frame.getByText('Thank you!').waitFor();
  await page.reload();
  await visitor.isOpen();
  await visitor.frame.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
});

story('the host page drives it: open, locale, events, close', async ({ page, onForeignPage }) => {
  const visitor = await onForeignPage();
  await page.evaluate(() => {
    const { parlance, heard } = Object.assign(window, { heard: [] });
    for (const name of ['ready', 'open', 'close', 'message']) parlance('on', name, (data) => heard.push(data ? `${name} of ${data.author}` : name));
    parlance('locale', 'ar');
    parlance('open');
  });
  await visitor.frame.locator('html[dir=rtl]').waitFor();
  await visitor.frame.locator('#sub.on').waitFor();
  await visitor.says('Is shipping free?');
  await visitor.isAnswered();
  await page.evaluate(() => window.parlance('close'));
  await page.locator('parlance-chat:not([open])').waitFor({ state: 'attached' });
  assert.deepEqual(await page.evaluate(() => window.heard), ['ready', 'open', 'message of visitor', 'message of assistant', 'close']);
});

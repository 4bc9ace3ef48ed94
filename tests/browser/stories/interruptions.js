/** Lines are cut, pages reloaded, servers die: the same text in the end, and nothing twice. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { crash } from '../support/server.js';
import { LONG, visitor as visitorOn } from '../support/visitor.js';

/** What somebody reads who is never interrupted. */
async function undisturbed({ context, page }, question) {
  const other = await context.browser().newContext();
  const calm = visitorOn(await other.newPage());
  await calm.page.goto(page.url());
  await calm.opens();
  await calm.says(question);
  await calm.isAnswered();
  const texts = await calm.texts();
  await other.close();
  return texts;
}

story('a reload in mid-answer goes on where it was', async (stage) => {
  const visitor = await stage.onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  await visitor.isBeingAnswered();
  await stage.page.reload();
  await visitor.isOpen();
  await visitor.isAnswered();
  assert.deepEqual(await visitor.texts(), await undisturbed(stage, LONG));
});

story('a line cut again and again in mid-answer', async (stage) => {
  const sockets = new Set();
  await stage.context.routeWebSocket(/\/socket$/, (socket) => {
    sockets.add(socket);
    socket.connectToServer();
  });
  const visitor = await stage.onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  for (const words of [2, 12, 24]) {
    const answer = { hasText: new RegExp(`(?:\\w+\\W+){${words}}`), hasNotText: 'Ask me about' };
    await visitor.frame.locator('.assistant .bubble', answer).waitFor();
    for (const socket of sockets) await socket.close({ code: 4008 });
    sockets.clear();
  }
  await visitor.isAnswered();
  assert.deepEqual(await visitor.texts(), await undisturbed(stage, LONG));
}, { rough: true });

story('what is written offline goes out once, also when the page was reloaded meanwhile', async ({ context, page, onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await context.setOffline(true);
  await visitor.says('Is shipping free?');
  await visitor.says('What does error E03 mean?');
  await visitor.frame.getByText('Sent when online').first().waitFor();
  const address = page.url();
  await page.goto('about:blank');
  await context.setOffline(false);
  await page.goto(address);
  await visitor.isOpen();
  await visitor.isAnswered(2);
  assert.deepEqual(await visitor.frame.locator('.visitor .bubble').allInnerTexts(), ['Is shipping free?', 'What does error E03 mean?']);
  assert.equal(await visitor.answers.count(), 2);
}, { rough: true });

story('the server dies in mid-answer and comes back', async (stage) => {
  const visitor = await stage.onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  await visitor.isBeingAnswered();
  await crash();
  await visitor.isAnswered();
  assert.deepEqual(await visitor.texts(), await undisturbed(stage, LONG));
}, { rough: true, alone: true });

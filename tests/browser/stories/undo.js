/** A reply waits before it goes out: it can be taken back, and goes with the page. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';

story('a reply is taken back, and one that waits is sent when the page is reloaded or closed', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says('Is shipping free?');
  await visitor.isAnswered();
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await desk.addInitScript(() => localStorage.setItem('parlance.undo', '10'));
  await logsIn(desk, `/inbox/${conversation}`);
  const field = desk.getByLabel('Reply to the visitor');
  const undo = desk.getByRole('button', { name: 'Undo' });
  const writes = async (text) => {
    await field.fill(text);
    await field.press('Enter');
    await undo.waitFor();
  };
  await writes(`Wrong ${word}`);
  await undo.click();
  assert.equal(await field.inputValue(), `Wrong ${word}`);

  await writes(`Reloaded ${word}`);
  await desk.reload();
  await visitor.frame.locator('.bubble', { hasText: `Reloaded ${word}` }).waitFor();
  await desk.getByRole('log').getByText(`Reloaded ${word}`).waitFor();

  await writes(`Closed ${word}`);
  await desk.close();
  await visitor.frame.locator('.bubble', { hasText: `Closed ${word}` }).waitFor();
  const said = (await visitor.texts()).filter((text) => text.includes(word));
  assert.deepEqual(said.map((text) => text.split(' ')[0]), ['Reloaded', 'Closed']);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

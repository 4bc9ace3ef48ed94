/** Somebody whom nobody vouches for is kept from a conversation, noted of, blocked, and let in again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { server } from '../support/server.js';
import { beyondLogin, logsIn } from '../support/console.js';

story('a visitor is kept as a contact, and blocked where they chat', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free? My order is ${word}.`);
  await visitor.isAnswered();
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await desk.setViewportSize({ width: 1700, height: 900 });
  await logsIn(desk, `/inbox/${conversation}`);
  await desk.getByRole('button', { name: 'Keep as a contact' }).click();
  await desk.getByRole('heading', { name: 'Attributes' }).waitFor();
  await desk.getByRole('link', { name: new RegExp(word) }).or(desk.getByText('Conversations')).first().waitFor();
  await desk.getByRole('button', { name: 'Change' }).click();
  await desk.getByLabel('Name').fill(`Ann ${word}`);
  await desk.getByLabel('Attributes').fill('calls: mornings');
  await desk.getByRole('button', { name: 'Save' }).click();
  await desk.getByRole('heading', { level: 1, name: `Ann ${word}` }).waitFor();
  await desk.getByLabel('New note').fill('Likes **tea**.');
  await desk.getByRole('button', { name: 'Add the note' }).click();
  await desk.locator('strong', { hasText: 'tea' }).waitFor();

  await desk.getByRole('button', { name: 'Block' }).click();
  await desk.getByLabel('Reason').fill('Only a test');
  await desk.getByRole('button', { name: 'Block the contact' }).click();
  await desk.getByText(/^Blocked since/).waitFor();
  // The chat says that it is not to be had, and does not come back by itself.
  await visitor.frame.locator('#sub:not(.on)').waitFor();
  await visitor.frame.locator('#sub', { hasText: 'not available' }).waitFor();

  await desk.keyboard.press('g');
  await desk.keyboard.press('p');
  await desk.getByLabel('Search contacts').fill(word);
  await desk.getByRole('link', { name: `Ann ${word}` }).click();
  await desk.getByRole('button', { name: 'Unblock' }).click();
  await desk.getByRole('button', { name: 'Block' }).waitFor();
  await page.reload();
  await visitor.isOpen();
  await visitor.says('Thank you');

  await desk.goto(`${server.origin}/app/inbox/${conversation}`);
  await desk.getByRole('complementary', { name: 'Details' }).getByRole('link', { name: `Ann ${word}` }).waitFor();
  assert.deepEqual(beyondLogin(complaints).filter((text) => !text.includes('status of 403')), []);
}, { rough: true });

/** A conversation has a ticket, which follows it until it is done. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';

story('an agent makes a ticket of a conversation, notes what is done, and sees it follow', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free for order ${word}?`);
  await visitor.isAnswered();
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await desk.setViewportSize({ width: 1700, height: 900 });
  await logsIn(desk, `/inbox/${conversation}`);
  const details = desk.getByRole('complementary', { name: 'Details' });
  await details.getByRole('button', { name: 'Create a ticket' }).waitFor();
  await desk.keyboard.press('c');
  await details.getByRole('link', { name: new RegExp(word) }).click();
  await desk.getByRole('heading', { level: 1, name: new RegExp(word) }).waitFor();
  await desk.getByLabel('Note for the team').fill('Asked the warehouse.');
  await desk.getByRole('button', { name: 'Add the note' }).click();
  await desk.getByRole('listitem').filter({ hasText: 'Asked the warehouse.' }).waitFor();
  await desk.getByLabel('Priority').selectOption('Urgent');
  await desk.getByText('changed the priority from normal to urgent').waitFor();

  // What is done in the conversation is seen on the ticket, and it is found in the list.
  const inbox = await context.newPage();
  await inbox.goto(desk.url().replace(/tickets.*/, `inbox/${conversation}`));
  await inbox.getByRole('button', { name: 'Resolve' }).or(inbox.getByRole('button', { name: 'Take over' })).first().waitFor();
  await inbox.keyboard.press('e');
  await desk.getByText('changed the status from open to resolved').waitFor();
  await desk.keyboard.press('g');
  await desk.keyboard.press('t');
  await desk.getByRole('button', { name: 'Resolved' }).click();
  await desk.getByLabel('Search tickets').fill(word);
  await desk.getByRole('navigation', { name: 'Tickets' }).getByRole('link', { name: new RegExp(word) }).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

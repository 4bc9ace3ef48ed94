/** What an agent does without a mouse: goes through the inbox, answers with a canned reply, and finds the rest. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { server } from '../support/server.js';
import { beyondLogin, callsAPI, logsIn } from '../support/console.js';

story('a macro is written, found behind a slash, sent to the visitor, and resolves the conversation', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free? My order is ${word}.`);
  await visitor.isAnswered();
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await logsIn(desk, '/canned-replies');
  await desk.getByRole('button', { name: 'New reply' }).click();
  const form = desk.getByRole('dialog', { name: 'New canned reply' });
  await form.getByLabel('Title').fill(`Bye ${word}`);
  await form.getByLabel('Text').fill(`Goodbye {{visitor.name|friend}}, says {{agent.name}} (${word}).`);
  await form.getByLabel('Once it is sent').selectOption('resolve');
  await form.getByRole('button', { name: 'Add the reply' }).click();
  await desk.getByText(`/bye-${word}`).waitFor();

  await desk.goto(`${server.origin}/app/inbox/${conversation}`);
  await desk.getByText(word).first().waitFor();
  await desk.keyboard.press('r');
  await desk.keyboard.type(`/${word}`);
  await desk.getByRole('option', { name: new RegExp(word) }).waitFor();
  await desk.keyboard.press('Enter');
  const field = desk.getByLabel('Reply to the visitor');
  assert.match(await field.inputValue(), /^Goodbye friend, says /);
  await desk.getByText('resolve the conversation').waitFor();
  await desk.keyboard.press('Enter');
  await visitor.frame.locator('.bubble', { hasText: `(${word})` }).waitFor();
  await desk.getByRole('button', { name: 'Reopen' }).waitFor();

  await desk.keyboard.press('Escape');
  await desk.keyboard.press('?');
  await desk.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
  const call = await callsAPI();
  const { items } = await (await call('GET', 'canned-replies')).json();
  await call('DELETE', `canned-replies/${items.find(({ shortcut }) => shortcut === `bye-${word}`).id}`);
}, { rough: true });

story('a conversation is found by what was said in it', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free for parcel ${word}?`);
  await visitor.isAnswered();
  const desk = await context.newPage();
  await logsIn(desk, '/inbox');
  await desk.keyboard.press('/');
  await desk.getByLabel('Search conversations').fill(`parc ${word}`);
  await desk.locator('mark', { hasText: word }).click();
  await desk.getByRole('log').getByText(word).waitFor();
  assert.match(desk.url(), /[?&]at=1\b/);
  await desk.getByRole('button', { name: 'Close the search' }).click();
  await desk.getByRole('navigation', { name: 'Conversations', exact: true }).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
  await page.close();
}, { rough: true });

/** An agent has a reply drafted from the documents, changes it and sends it; and what was said, summed up for the team. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';

story('a reply is drafted into the composer, changed and sent, and the visitor sees what was sent', async ({ context, page, complaints, onDemoPage }) => {
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.frame.locator('#person').click();
  await visitor.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
  await visitor.says('How long is the warranty of the Sweep 3?');
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await desk.setViewportSize({ width: 390, height: 844 });
  await logsIn(desk, `/inbox/${conversation}`);
  const field = desk.getByLabel('Reply to the visitor');
  await desk.getByRole('button', { name: 'Draft' }).click();
  await desk.getByRole('menuitem', { name: /Draft a reply/ }).click();
  await desk.getByText('backed by sources').waitFor();
  const draft = await field.inputValue();
  assert.match(draft, /months|years/);
  assert.doesNotMatch(draft, /\[S\d/);
  await desk.getByText(/^\d sources?$/).click();
  await desk.locator('details a[href*="/sources/acme/"]').first().waitFor();
  const width = () => desk.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(await width(), 0, 'nothing stands beyond the edge of a phone');

  await field.fill(`${draft} Shall I look up yours?`);
  await field.press('Enter');
  await visitor.frame.locator('.bubble', { hasText: 'Shall I look up yours?' }).waitFor();
  assert.equal(await field.inputValue(), '');

  // Without a model that writes, nothing is rewritten.
  await field.fill('Hold on');
  await desk.getByRole('button', { name: 'Draft' }).click();
  await desk.getByRole('menuitem', { name: 'Summarise' }).waitFor();
  assert.equal(await desk.getByRole('menuitem').count(), 2);
  await desk.getByRole('menuitem', { name: 'Summarise' }).click();
  const summary = desk.getByRole('region', { name: 'Summary' });
  await summary.getByText('How long is the warranty of the Sweep 3?').waitFor();
  await summary.getByRole('button', { name: 'Add as note' }).click();
  await desk.getByRole('article', { name: 'Note' }).getByText('The visitor wrote:').waitFor();
  assert.equal(await field.inputValue(), 'Hold on');
  assert.equal(await width(), 0);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

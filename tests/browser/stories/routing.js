/** New tickets are sorted by what they say, and given to whom a rule names. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { beyondLogin, callsAPI, logsIn } from '../support/console.js';

story('an admin says what tickets are about and who is given them, and a new ticket is', async ({ page, complaints }) => {
  const word = randomUUID().slice(0, 8);
  const [category, rule] = [`Parcels ${word}`, `Late parcels ${word}`];
  await logsIn(page, '/categories');
  await page.getByRole('button', { name: 'New category' }).click();
  const form = page.getByRole('dialog', { name: 'New category' });
  await form.getByLabel('Name').fill(category);
  await form.getByLabel('Description').fill('Where a parcel is, and when it comes.');
  await form.getByLabel('Add examples').fill('Where is my parcel?\nMy parcel has not come yet.\nThe delivery is late.');
  await form.getByRole('button', { name: 'Add the category' }).click();
  const trial = page.getByRole('region', { name: 'Try it' });
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: category }).waitFor();
  // It is learned within moments.
  const found = trial.getByText(`It would be in ${category}.`);
  while (!(await found.isVisible())) {
    await trial.getByLabel('Try it').fill('When does my parcel come?');
    await trial.getByRole('button', { name: 'Find the category' }).click();
    await trial.getByRole('status').waitFor();
  }

  await page.getByRole('link', { name: 'Routing' }).click();
  await page.getByRole('button', { name: 'New rule' }).click();
  const rules = page.getByRole('dialog', { name: 'New rule' });
  await rules.getByLabel('Name').fill(rule);
  await rules.getByText(category).click();
  await rules.getByLabel('Set the priority').selectOption('High');
  await rules.getByLabel('Add tags').fill('delivery');
  await rules.getByRole('button', { name: 'Add the rule' }).click();
  // While it is open it has the focus.
  await rules.waitFor({ state: 'hidden' });
  await page.getByLabel('Which rule would this ticket take?').fill('When does my parcel come?');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText(`It takes ${rule}`).waitFor();

  const call = await callsAPI();
  const { items: spaces } = await (await call('GET', 'chat-spaces')).json();
  const { number } = await (await call('POST', 'tickets', { space: spaces[0].id, subject: 'When does my parcel come?' })).json();
  await page.goto(page.url().replace('/routing', `/tickets/${number}`));
  await page.getByText(`routed it by “${rule}”`).waitFor();
  const properties = page.getByRole('complementary', { name: 'Properties' });
  await properties.getByText('delivery', { exact: true }).waitFor();
  assert.equal(await properties.getByLabel('Priority').inputValue(), 'high');
  await properties.getByText('Found by its words. What you choose is learned.').waitFor();
  await properties.getByLabel('Category').selectOption('None');
  await page.getByText(`changed the category from ${category} to none`).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);

  const { items: kept } = await (await call('GET', 'routing-rules')).json();
  await call('DELETE', `routing-rules/${kept.find(({ name }) => name === rule).id}`);
  const { items: there } = await (await call('GET', 'ticket-categories')).json();
  assert.equal((await call('DELETE', `ticket-categories/${there.find(({ name }) => name === category).id}`)).status, 204);
}, { rough: true });

/** An admin says when people are there, and visitors know. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, callsAPI, hasSpace, logsIn } from '../support/console.js';

const WORKING_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

/** In so many days, as a form takes it. */
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

story('an admin sets hours, and an open widget says when somebody is back', async ({ page, context, onForeignPage, complaints }) => {
  const slug = await hasSpace('Hours');
  const call = await callsAPI();
  const { items } = await (await call('GET', 'chat-spaces')).json();
  const { id } = items.find((space) => space.slug === slug);
  await call('POST', `chat-spaces/${id}/documents/text`, { title: 'Inns', text: 'Every traveller finds a bed at the inn by the river until midnight.' });
  while (!(await (await call('GET', `chat-spaces/${id}/checks`)).json()).ready) await page.waitForTimeout(250);
  await call('POST', `chat-spaces/${id}/publish`);
  const { opens, frame } = await onForeignPage({ space: slug });
  await opens();
  const line = frame.locator('#sub');
  await line.getByText('Answers right away').waitFor();

  const admin = await context.newPage();
  await logsIn(admin, `/spaces/${slug}/settings/people`);
  await admin.getByRole('switch', { name: 'Only within hours' }).check();
  await admin.getByRole('combobox', { name: 'Time zone' }).fill('kiri');
  await admin.getByRole('option', { name: 'Pacific/Kiritimati' }).click();
  for (const day of WORKING_DAYS) await admin.getByRole('button', { name: `Remove 09:00 to 17:00 from ${day}` }).click();
  await admin.getByText('Closed, and it does not open within a year.').waitFor();
  await admin.getByRole('button', { name: 'Add a holiday' }).click();
  await admin.getByLabel('Date of holiday 1').fill(inDays(20));
  await admin.getByLabel('Name of holiday 1').fill('Open day');
  await admin.getByRole('button', { name: 'Add hours to Open day' }).click();
  await admin.getByText(/^Closed now, opens .* 09:00 \(Kiritimati time\)\.$/).waitFor();
  const save = async () => {
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('1 unsaved change').waitFor({ state: 'detached' });
  };
  await save();

  const back = /Our team is back \d+ \w+ at 09:00 \(Kiritimati time\)/;
  await line.getByText(back).waitFor();
  await frame.getByRole('button', { name: /Talk to\s+a person/ }).click();
  await frame.locator('.msg', { hasText: back }).getByText('A person will answer you here').waitFor();
  await admin.getByRole('switch', { name: 'Only within hours' }).uncheck();
  await save();
  await line.getByText('Waiting for a person').waitFor();
  await call('DELETE', `chat-spaces/${id}?confirm=${slug}`);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

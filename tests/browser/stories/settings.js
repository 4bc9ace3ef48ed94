/** What an admin sets up: a space from its making to its publishing, the team, keys, and the record of it all. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { beyondLogin, callsAPI, logsIn } from '../support/console.js';
import { server } from '../support/server.js';

story('an admin makes a space, sees how the chat will look while typing, publishes it and deletes it', async ({ context, page, complaints }) => {
  const slug = `story-${randomUUID().slice(0, 8)}`;
  await logsIn(page);
  await page.getByRole('button', { name: 'New space' }).click();
  const making = page.getByRole('dialog', { name: 'New space' });
  await making.getByLabel('Name').fill('A story');
  await making.getByLabel('Address').fill(slug);
  await making.getByRole('button', { name: 'Create the space' }).click();

  const widget = page.frameLocator('iframe[title="The widget"]');
  await widget.getByText('Hi! How can we help?').waitFor();
  await page.getByLabel('Greeting').fill('Good day, traveller.');
  await widget.getByText('Good day, traveller.').waitFor();
  await page.getByLabel('Colour', { exact: true }).fill('#f2b705');
  await widget.locator('html[style*="#f2b705"]').waitFor();
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } });
  await page.locator('input[type=file]').setInputFiles({ name: 'bot.png', mimeType: 'image/png', buffer: picture });
  await widget.locator('#face img[src^="data:image/webp"]').waitFor();
  await page.getByLabel('What is to be said of this version').fill('a warmer welcome');
  await page.keyboard.press('Control+s');
  await page.getByText('3 unsaved changes').waitFor({ state: 'detached' });

  const publish = page.getByRole('button', { name: 'Publish', exact: true });
  assert.equal(await publish.isDisabled(), true);
  await page.getByRole('button', { name: /1 thing is missing/ }).click();
  await page.getByText('add a document, or questions with their answers').waitFor();
  const call = await callsAPI();
  const { items } = await (await call('GET', 'chat-spaces')).json();
  const { id } = items.find((space) => space.slug === slug);
  const added = await call('POST', `chat-spaces/${id}/documents/text`, { title: 'Inns', text: 'Every traveller finds a bed at the inn by the river until midnight.' });
  assert.equal(added.status, 202);
  while (!(await (await call('GET', `chat-spaces/${id}/checks`)).json()).ready) await page.waitForTimeout(250);
  await page.reload();
  await publish.click();
  await page.getByText('Published', { exact: true }).waitFor();

  await page.getByRole('link', { name: 'Versions' }).click();
  await page.getByRole('button', { name: /a warmer welcome/ }).click();
  await page.getByText('Hi! How can we help?').waitFor();
  await page.getByRole('img', { name: 'a picture' }).waitFor();

  assert.equal((await context.request.get(`${server.origin}/widget/${slug}/frame`)).status(), 200);

  await page.getByRole('link', { name: 'Danger' }).click();
  await page.getByRole('button', { name: 'Delete the space' }).click();
  const deleting = page.getByRole('dialog');
  await deleting.getByLabel(/^Type/).fill('A story');
  await deleting.getByRole('button', { name: 'Delete the space' }).click();
  await page.getByRole('link', { name: 'A story' }).waitFor({ state: 'detached' });
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('what two admins change at once is not lost', async ({ page }) => {
  const slug = `story-${randomUUID().slice(0, 8)}`;
  const call = await callsAPI();
  const { id } = await (await call('POST', 'chat-spaces', { name: 'Two admins', slug })).json();
  await logsIn(page, `/spaces/${slug}/settings`);
  await page.getByLabel('Name of the bot').fill('Mine');
  await call('PATCH', `chat-spaces/${id}`, { settings: { placeholder: 'Theirs' } });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody saved version 2 while you were here').waitFor();
  assert.equal(await page.getByLabel('Name of the bot').inputValue(), 'Mine');
  assert.equal(await page.getByLabel('Placeholder').inputValue(), 'Theirs');
  await page.getByRole('button', { name: 'Save over it' }).click();
  await page.getByText('1 unsaved change').waitFor({ state: 'detached' });
  const { settings } = await (await call('GET', `chat-spaces/${id}`)).json();
  assert.deepEqual([settings.bot_name, settings.placeholder], ['Mine', 'Theirs']);
  await call('DELETE', `chat-spaces/${id}?confirm=${slug}`);
}, { rough: true });

story('two versions of the answers are tested side by side, and the other one is used', async ({ page, complaints }) => {
  const slug = `story-${randomUUID().slice(0, 8)}`;
  const call = await callsAPI();
  const { id } = await (await call('POST', 'chat-spaces', { name: 'Two answers', slug })).json();
  await call('PATCH', `chat-spaces/${id}`, { settings: { ai: { top_k: 3 } }, note: 'fewer passages' });
  await logsIn(page, `/spaces/${slug}/settings/experiments`);
  await page.getByText('There has been no test yet').waitFor();
  await page.getByLabel('Version for B').selectOption('1');
  await page.getByText('Passages', { exact: true }).waitFor();
  await page.getByLabel('Name').fill('More passages');
  await page.getByRole('button', { name: 'Start the test' }).click();
  await page.getByText('A: version 2').waitFor();

  await page.getByRole('link', { name: 'Answers', exact: true }).click();
  await page.getByText('The A/B test “More passages” runs').waitFor();
  await page.getByLabel('Passages', { exact: true }).fill('9');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('end it first').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();

  await page.getByRole('link', { name: 'See the test' }).click();
  await page.getByRole('button', { name: 'End the test' }).click();
  const ending = page.getByRole('dialog', { name: 'End “More passages”?' });
  await ending.getByText('Use B').click();
  await ending.getByRole('button', { name: 'End the test' }).click();
  await page.getByText('B used').waitFor();
  const { settings, version } = await (await call('GET', `chat-spaces/${id}`)).json();
  assert.deepEqual([settings.ai.top_k, version], [6, 3]);
  await call('DELETE', `chat-spaces/${id}?confirm=${slug}`);
  const refused = (text) => text.includes('status of 409');
  assert.deepEqual(beyondLogin(complaints).filter((text) => !refused(text)), []);
}, { rough: true });

story('an owner invites somebody, and takes it back', async ({ page, complaints }) => {
  const email = `${randomUUID().slice(0, 8)}@acme.example`;
  await logsIn(page, '/team');
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('Role').selectOption('viewer');
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  await dialog.getByText(`${email} is invited.`).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Take the invitation of ${email} back` }).click();
  await page.getByText(email, { exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('a key is made, opens what it may, and is revoked; the audit log has it', async ({ context, page, complaints }) => {
  const name = `Story ${randomUUID().slice(0, 8)}`;
  await logsIn(page, '/keys');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('checkbox', { name: 'Read Spaces' }).check();
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = await page.getByRole('dialog').locator('code').innerText();
  const asks = async (path) => (await context.request.get(`${server.origin}/api/${path}`, { headers: { Authorization: `Bearer ${key}` } })).status();
  assert.deepEqual([await asks('chat-spaces'), await asks('audit')], [200, 403]);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByRole('button', { name: `Revoke ${name}` }).waitFor({ state: 'detached' });
  assert.equal(await asks('chat-spaces'), 401);

  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByLabel('What').selectOption('api_key.');
  await page.getByRole('button', { name: new RegExp(`revoked the API key ${name}`) }).click();
  assert.match(page.url(), /action=api_key\./);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  assert.equal((await download).suggestedFilename(), 'audit.csv');
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

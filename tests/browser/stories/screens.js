/** What the console's other screens are there for, each once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { story } from '../support/browser.js';
import { beyondLogin, hasSpace, logsIn } from '../support/console.js';
import { server } from '../support/server.js';

story('an admin looks at another range of days, with and without those before, and keeps the figures', async ({ page, complaints }) => {
  await logsIn(page, '/overview');
  await page.getByRole('button', { name: '7 days' }).click();
  await page.getByText('Conversations', { exact: true }).first().waitFor();
  assert.match(page.url(), /range=7d/);
  await page.getByRole('checkbox', { name: 'Compare with before' }).uncheck();
  assert.match(page.url(), /compare=false/);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  assert.match(file.suggestedFilename(), /^analytics-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const [head, ...days] = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
  assert.ok(head.includes('conversations'), head);
  assert.ok(days.length >= 7, `${days.length} lines`);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('the widget is seen on a site as soon as somebody opens it there', async ({ context, page, complaints, onForeignPage }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await logsIn(page, '/spaces/acme/install');
  await page.getByRole('button', { name: 'Copy the embed code' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, `<script src="${server.origin}/widget.js" data-space="acme" async></script>`);
  const install = await context.newPage();
  await install.goto(page.url());
  const one = await onForeignPage();
  await one.opens();
  await install.getByText(`Seen on ${new URL(one.page.url()).host}`).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('a person changes their name and ends a session elsewhere', async ({ page, complaints }) => {
  const login = { email: `robin-${randomUUID()}@shop.example`, password: 'a long horse staple' };
  const post = (path, body) =>
    fetch(`${server.origin}/api/auth/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal((await post('signup', { ...login, name: 'Robin', workspace: 'Shop' })).ok, true);
  await logsIn(page, '/account', login);
  await page.getByLabel('Your name').fill('Robin Okafor');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your name is changed.').waitFor();
  await page.getByRole('button', { name: /Robin Okafor/ }).first().waitFor();
  const { access_token } = await (await post('login', login)).json();
  const asks = () => fetch(`${server.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${access_token}` } });
  assert.equal((await asks()).status, 200);
  await page.reload();
  const sessions = page.getByRole('listitem').filter({ hasText: 'last used' });
  await sessions.nth(1).waitFor();
  await page.getByRole('button', { name: 'End all others' }).click();
  await sessions.nth(1).waitFor({ state: 'detached' });
  assert.equal((await asks()).status, 401);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('an owner renames their workspace, and it is on record', async ({ page, complaints }) => {
  const login = { email: `kim-${randomUUID()}@shop.example`, password: 'a long horse staple' };
  const body = JSON.stringify({ ...login, name: 'Kim', workspace: 'Shop' });
  const signedUp = await fetch(`${server.origin}/api/auth/signup`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  assert.equal(signedUp.ok, true);
  await logsIn(page, '/workspace', login);
  await page.getByLabel('Its name').fill('Kim’s Cameras');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The workspace is renamed.').waitFor();
  await page.reload();
  assert.equal(await page.getByLabel('Its name').inputValue(), 'Kim’s Cameras');
  assert.equal(await page.getByRole('button', { name: 'Leave' }).isDisabled(), true);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('button', { name: 'Kim renamed the workspace' }).waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('a space is put away and brought back', async ({ page, complaints }) => {
  const slug = await hasSpace('Put away');
  await logsIn(page, `/spaces/${slug}/settings/danger`);
  await page.getByRole('button', { name: 'Archive the space' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive the space' }).click();
  await page.getByRole('heading', { name: 'Archived spaces' }).waitFor();
  await page.getByRole('button', { name: 'Bring back Put away' }).click();
  await page.waitForURL(new RegExp(`/spaces/${slug}`));
  await page.getByRole('link', { name: 'Put away' }).first().waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('an agent finds a conversation by what was said in it', async ({ page, complaints, onDemoPage }) => {
  const word = `quokka${Date.now().toString(36)}`;
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Does the mower mind a ${word} on the lawn?`);
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));
  await logsIn(page, '/inbox');
  await page.getByText('Choose what is shown').waitFor({ state: 'attached' });
  await page.keyboard.press('/');
  await page.keyboard.type(word.slice(0, -1));
  await page.getByRole('navigation', { name: 'Search results' }).getByRole('link').first().click();
  await page.waitForURL(new RegExp(conversation));
  await page.getByRole('log').getByText(word).first().waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

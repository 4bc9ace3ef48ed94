/** The console where an identity provider keeps the accounts: a server of its own each, and a double of the provider. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { startClerk } from '../support/clerk.js';
import { startAnother } from '../support/server.js';
import { startSupabase } from '../support/supabase.js';

/** Tells `tell` with a provider and a server whose accounts it keeps, and sees that pages go nowhere else. */
async function elsewhere(start, { context, complaints }, tell) {
  const provider = await start();
  const server = await startAnother(provider.settings);
  const reached = new Set();
  context.on('request', (request) => request.url().startsWith('http') && reached.add(new URL(request.url()).origin));
  try {
    await tell({ provider, origin: server.origin });
    assert.deepEqual([...reached].sort(), [provider.origin, server.origin].sort());
    // The refresh that is not ours to give, and a wrong password.
    assert.deepEqual(complaints.filter((text) => !/status of (400|403|409)/.test(text)), []);
  } finally {
    await server.stop();
    await provider.close();
  }
}

const account = (page) => page.getByRole('button', { name: 'Your account, Ada Keller' }).first();
const loginPage = (page) => page.getByRole('heading', { name: 'Log in to the console' });

async function shows(page, name) {
  if (process.env.PARLANCE_PICTURES) await page.screenshot({ path: `${process.env.PARLANCE_PICTURES}/${name}.png` });
}

/** Chooses among the places in the menu. Those that look the same have spaces of their own. */
async function goesTo(page, place) {
  await account(page).click();
  const choice = page.getByRole('menuitemradio', { name: place });
  await shows(page, `menu ${place}`);
  await choice.click();
}

async function logsOut(page) {
  await account(page).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await loginPage(page).waitFor();
}

story('somebody whose account Clerk keeps comes in, goes to their organisation and out again', async (stage) => {
  const { page } = stage;
  await elsewhere(startClerk, stage, async ({ provider, origin }) => {
    await page.goto(`${origin}/app/account`);
    await loginPage(page).waitFor();
    await page.getByText('Clerk keeps the accounts of this console.').waitFor();
    await page.getByRole('button', { name: 'Log in with Clerk' }).click();
    await page.getByRole('link', { name: 'Continue' }).click();
    // Back where they were.
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.getByText('ada@keller.example').first().waitFor();
    await page.getByRole('button', { name: 'Open your profile' }).waitFor();

    await page.goto(`${origin}/app/`);
    await page.getByRole('link', { name: 'Workspace of Ada Keller' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Workspace of Ada Keller' }).waitFor();

    await goesTo(page, 'Keller Tools');
    await page.getByRole('link', { name: 'Keller Tools' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Keller Tools' }).waitFor();
    await logsOut(page);
    await page.reload();
    await loginPage(page).waitFor();
    assert.equal(provider.state.in, false);
  });
}, { rough: true });

story('somebody whose organisation has no workspace yet is told so, and goes on without it', async (stage) => {
  const { page } = stage;
  await elsewhere(startClerk, stage, async ({ provider, origin }) => {
    Object.assign(provider.state, { in: true, organisation: 'org_tools', role: 'member' });
    await page.goto(`${origin}/app/`);
    await page.getByRole('heading', { name: 'You cannot come in yet' }).waitFor();
    await page.getByText('Your organisation has no workspace yet: an admin of it comes first.').waitFor();
    await shows(page, 'refused');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'You cannot come in yet' }).waitFor();
    await page.getByRole('button', { name: 'Your own workspace' }).click();
    await page.getByRole('link', { name: 'Workspace of Ada Keller' }).waitFor();
  });
}, { rough: true });

story('somebody whose account Supabase keeps comes in by password, by a link and by an invitation', async (stage) => {
  const { context, page } = stage;
  await elsewhere(startSupabase, stage, async ({ provider, origin }) => {
    const home = page.getByRole('link', { name: 'Workspace of Ada Keller' });
    const logsIn = async (password) => {
      await page.getByLabel('E-mail').fill('ada@keller.example');
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.keyboard.press('Enter');
    };
    await page.goto(`${origin}/app/`);
    await page.getByText('Supabase keeps the accounts of this console.').waitFor();
    await logsIn('not this one');
    await page.getByRole('alert').getByText('Invalid login credentials.').waitFor();
    await logsIn(provider.password);
    await home.waitFor();
    await page.reload();
    await home.waitFor();

    const other = await context.newPage();
    await other.goto(`${origin}/app/`);
    await other.getByRole('link', { name: 'Workspace of Ada Keller' }).waitFor();
    await logsOut(page);
    await loginPage(other).waitFor();
    await other.close();

    await page.getByLabel('E-mail').fill('ada@keller.example');
    await page.getByRole('button', { name: 'Mail me a link instead' }).click();
    await page.getByRole('status').getByText('A link is on its way').waitFor();
    await page.goto(provider.mails.get('ada@keller.example'));
    await home.waitFor();
    assert.equal(new URL(page.url()).search, '');
    await logsOut(page);

    // Bob has a workspace, and invites Ada to it.
    const { request } = context;
    const headers = { Authorization: `Bearer ${provider.access('bob@keller.example')}` };
    const invited = await request.post(`${origin}/api/team/invitations`, { headers, data: { email: 'ada@keller.example', role: 'agent' } });
    assert.equal(invited.status(), 201, await invited.text());
    await page.goto(await invitation(page));
    await page.getByText('Log in as ada@keller.example, then accept.').waitFor();
    assert.equal(new URL(page.url()).hash, '');
    await logsIn(provider.password);
    await page.getByText('You are logged in as ada@keller.example.').waitFor();
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('link', { name: 'Workspace of Bob Roy' }).waitFor();

    await goesTo(page, 'Workspace of Ada Keller');
    await home.waitFor();
    await logsOut(page);

    await page.getByRole('button', { name: 'Go on with Google' }).click();
    await account(page).click();
    await page.getByText('ada@google.example').waitFor();
  });
}, { rough: true });

/** The link of the invitation that was mailed. */
async function invitation(page) {
  const outbox = new URL('/dev/outbox', page.url()).href;
  for (let n = 0; n < 150; n++) {
    const mails = await page.request.get(outbox, { headers: { accept: 'application/json' } });
    const [link] = /http\S+\/app\/accept-invitation#token=[\w.~-]+/.exec(await mails.text()) ?? [];
    if (link) return link;
    await page.waitForTimeout(200);
  }
  throw new Error('no invitation was mailed');
}

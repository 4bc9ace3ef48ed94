/** Somebody who runs the installation looks at all workspaces, acts as one, and the workspace reads of it. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { faults } from '../support/axe.js';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';
import { entersAsOperator, makesOperator } from '../support/operator.js';
import { startAnother } from '../support/server.js';

const ADA = { email: 'ada@shop.example', password: 'a long horse staple' };
const RESULTS = process.env.PARLANCE_PICTURES;

/** A picture of a screen, where somebody wants to look at it. */
async function picture(page, name) {
  if (!RESULTS) return;
  await mkdir(RESULTS, { recursive: true });
  await page.screenshot({ path: join(RESULTS, `${name}.png`) });
}

async function signsUp({ origin }) {
  const post = (path, body, token) =>
    fetch(`${origin}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }, body: JSON.stringify(body) });
  const signed = await (await post('/api/auth/signup', { ...ADA, name: 'Ada Keller', workspace: 'Shop' })).json();
  const { url } = await (await post('/api/billing/checkout', { plan: 'pro' }, signed.access_token)).json();
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'act=pay', redirect: 'manual' });
}

story('an operator sees every workspace, acts as one for a while, and it is on record', async ({ context, page, complaints }) => {
  const server = await startAnother({});
  try {
    await signsUp(server);
    const operator = await makesOperator(server, 'oda@platform.example');
    await page.goto(`${server.origin}/operator`);
    await page.getByRole('heading', { name: 'Operators' }).waitFor();
    assert.deepEqual(await faults(page), []);
    await picture(page, 'enter');
    await entersAsOperator(page, server, operator, operator.codes[0]);
    await page.getByText('0 of 2 workspaces pay').waitFor();
    for (const [name, colorScheme, width] of [['light', 'light', 1440], ['dark', 'dark', 1440], ['light-390', 'light', 390], ['dark-390', 'dark', 390]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const [place, heading] of [['Overview', 'Overview'], ['Workspaces', 'Workspaces'], ['Health', 'Health'], ['Log', 'Log']]) {
        await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: place }).click();
        await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
        await page.getByRole('status', { name: /Loading/ }).waitFor({ state: 'detached' });
        assert.deepEqual(await faults(page), [], `${place}, ${name}`);
        await picture(page, `${place.toLowerCase()}-${name}`);
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });

    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Workspaces' }).click();
    await page.getByLabel('Search workspaces').fill('shop');
    const row = page.getByRole('row', { name: /Shop/ });
    await row.getByText('Trial').waitFor();
    await row.getByRole('link', { name: 'Shop' }).click();
    await page.getByRole('heading', { name: 'Shop', level: 1 }).waitFor();
    await page.getByText('Trial until').waitFor();
    assert.deepEqual(await faults(page), []);
    await picture(page, 'tenant');
    await page.getByRole('button', { name: 'Act as this workspace' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Ticket 4711: answers are slow');
    assert.deepEqual(await faults(page), []);
    await picture(page, 'act');
    await dialog.getByRole('button', { name: 'Act as this workspace' }).click();
    const [desk] = await Promise.all([context.waitForEvent('page'), dialog.getByRole('link', { name: 'Open the console' }).click()]);

    const banner = desk.getByRole('region', { name: 'Acting as a workspace' });
    await banner.getByText(/You act as Shop, to read only: (30|29):\d\d left/).waitFor();
    await banner.getByText('Ticket 4711: answers are slow').waitFor();
    assert.equal(await desk.getByRole('link', { name: 'Billing' }).count(), 0);
    assert.deepEqual(await faults(desk), []);
    await picture(desk, 'acting');
    await desk.setViewportSize({ width: 390, height: 844 });
    await desk.emulateMedia({ colorScheme: 'dark' });
    await picture(desk, 'acting-dark-390');
    await desk.setViewportSize({ width: 1440, height: 900 });
    // A reload keeps it, without a word of a log-in.
    await desk.reload();
    await banner.waitFor();
    await banner.getByRole('button', { name: 'End' }).click();
    await desk.waitForURL('**/operator/');
    await desk.close();

    const owner = await context.browser().newContext();
    const ada = await owner.newPage();
    await logsIn(ada, '/audit', ADA, server);
    await ada.getByRole('button', { name: /oda@platform\.example.*no longer acts as this workspace/ }).waitFor();
    await ada.getByRole('button', { name: /oda@platform\.example.*began to act as this workspace/ }).click();
    await ada.getByText('Ticket 4711: answers are slow').waitFor();
    await owner.close();

    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Operators' }).waitFor();
    assert.deepEqual(beyondLogin(complaints), []);
  } finally {
    await server.stop();
  }
}, { rough: true });

/** Every screen of the console, looked at by axe: nothing serious is wrong with any of them, in light or in dark. */
import assert from 'node:assert/strict';
import { faults } from '../support/axe.js';
import { story } from '../support/browser.js';
import { callsAPI, logsIn } from '../support/console.js';
import { visitor as visitorOn } from '../support/visitor.js';
import { server } from '../support/server.js';

const SCREENS = [
  ['/overview', 'heading', 'Overview'],
  ['/spaces/acme/knowledge', 'button', /Add/],
  ['/spaces/acme/playground', 'button', /Ask|Search/],
  ['/spaces/acme/install', 'heading', /Install|Put/],
  ['/spaces/acme/settings', 'navigation', /Settings|settings/],
  ['/spaces/acme/settings/answers', 'navigation', /Settings|settings/],
  ['/spaces/acme/settings/people', 'navigation', /Settings|settings/],
  ['/spaces/acme/settings/site', 'navigation', /Settings|settings/],
  ['/spaces/acme/settings/versions', 'navigation', /Settings|settings/],
  ['/contacts', 'heading', 'Contacts'],
  ['/tickets', 'heading', 'Tickets'],
  ['/tickets/1', 'complementary', 'Properties'],
  ['/spaces/acme/settings/experiments', 'heading', 'A/B test'],
  ['/spaces/acme/settings/danger', 'heading', 'Danger'],
  ['/spaces/acme/knowledge/websites', 'button', /Add/],
  ['/spaces/acme/knowledge/gaps', 'combobox', 'Which'],
  ['/overview/questions', 'heading', 'Questions'],
  ['/spaces/acme/playground/golden', 'navigation', /Playground|playground/],
  ['/canned-replies', 'heading', 'Canned replies'],
  ['/categories', 'heading', 'Categories'],
  ['/routing', 'heading', 'Routing'],
  ['/archived', 'heading', 'Archived spaces'],
  ['/deadlines', 'heading', 'Deadlines'],
  ['/deadlines/policies', 'heading', 'Deadlines'],
  ['/team', 'heading', 'Team'],
  ['/workspace', 'heading', 'Workspace'],
  ['/keys', 'heading', 'API keys'],
  ['/audit', 'heading', 'Audit log'],
  ['/account', 'heading', 'Your account'],
];

for (const colorScheme of ['light', 'dark']) {
  story(`no screen of the console is hard to use in ${colorScheme}`, async ({ context, page }) => {
    const one = visitorOn(await context.newPage());
    await one.page.goto(`${server.origin}/demo/acme`);
    await one.opens();
    await one.says('Is shipping free?');
    await one.isAnswered();
    const conversation = await one.page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));
    await one.page.close();

    const call = await callsAPI();
    const made = await call('POST', 'tickets', { conversation, tags: ['shipping'] });
    assert.equal(made.status, 201);
    const sorted = await call('POST', 'ticket-categories', { name: `Delivery, ${colorScheme}`, description: 'Where a parcel is.' });
    assert.equal(sorted.status, 201);
    const routed = await call('POST', 'routing-rules', { name: `At night, ${colorScheme}`, conditions: { hours: 'outside' }, tags: ['night'] });
    assert.equal(routed.status, 201);
    await logsIn(page);
    await page.goto(`${server.origin}/app/inbox/${conversation}`);
    await page.getByText('1 source').or(page.getByText(/\d sources/)).first().waitFor();
    const found = { '/inbox': await faults(page) };
    for (const [draft, done] of [['Summarise', 'Add as note'], [/Draft a reply/, 'Add sources']]) {
      await page.getByRole('button', { name: 'Draft' }).click();
      await page.getByRole('menuitem', { name: draft }).click();
      await page.getByRole('button', { name: done }).waitFor();
    }
    found['/inbox with drafts'] = await faults(page);
    for (const [path, role, name] of SCREENS) {
      await page.goto(`${server.origin}/app${path}`);
      await page.getByRole(role, { name }).first().waitFor();
      await page.getByRole('status', { name: /^Loading/ }).first().waitFor({ state: 'detached' });
      found[path] = await faults(page);
    }
    assert.deepEqual(Object.entries(found).filter(([, faults]) => faults.length > 0), []);
  }, { rough: true, context: { colorScheme } });
}

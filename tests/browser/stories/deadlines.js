/** What an admin does about deadlines: promises something, puts it in order, and reads how it was kept. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { sql } from '../support/server.js';
import { beyondLogin, callsAPI, logsIn } from '../support/console.js';

story('a policy is written as people say it, put before another, and the report tells how it was kept', async ({ page, complaints }) => {
  const word = randomUUID().slice(0, 8);
  await logsIn(page, '/deadlines/policies');
  const make = async (name, first, hours) => {
    await page.getByRole('button', { name: 'New policy' }).first().click();
    const form = page.getByRole('dialog', { name: 'New policy' });
    await form.getByLabel('Name').fill(name);
    await form.getByRole('radio', { name: hours }).check({ force: true });
    await form.getByLabel('First response, urgent').fill(first);
    await form.getByLabel('Resolution, urgent').fill('2d');
    await form.getByRole('button', { name: 'Add the policy' }).click();
    await form.waitFor({ state: 'detached' });
  };
  await make(`Standard ${word}`, '1h 30m', 'Hours of the space');
  await make(`Urgent ${word}`, '15', 'Day and night');
  const row = (name) => page.getByRole('listitem').filter({ hasText: `${name} ${word}` });
  await row('Standard').getByRole('cell', { name: '1h 30m' }).waitFor();
  await row('Urgent').getByText('Never reached').waitFor();
  await page.getByRole('button', { name: `Move Urgent ${word} up` }).click();
  await row('Standard').getByText('Never reached').waitFor();

  const call = await callsAPI();
  const { items } = await (await call('GET', 'sla-policies')).json();
  const mine = items.filter(({ name }) => name.endsWith(word));
  assert.deepEqual(mine.map(({ targets }) => targets.urgent.first_response), [15, 90]);

  // A ticket of each, as if they had been there for an hour: one was answered in time, and one was not.
  const space = (await (await call('GET', 'chat-spaces')).json()).items[0].id;
  const ticket = (n, policy, met, breached) => `
    WITH n AS (INSERT INTO ticket_numbers (tenant_id, last) SELECT tenant_id, 1 FROM spaces WHERE id = '${space}'
               ON CONFLICT (tenant_id) DO UPDATE SET last = ticket_numbers.last + 1 RETURNING tenant_id, last),
    t AS (INSERT INTO tickets (tenant_id, id, number, space_id, subject, status, priority, via, created_at, updated_at)
          SELECT tenant_id, gen_random_uuid(), last, '${space}', 'Parcel ${word} ${n}', 'open', 'urgent', 'api',
                 now() - interval '1 hour', now() FROM n RETURNING tenant_id, id)
    INSERT INTO ticket_deadlines (tenant_id, ticket_id, kind, round, policy_id, policy_name, priority, target_seconds,
                                  business, started_at, due_at, used_seconds, met_at, breached_at)
    SELECT tenant_id, id, 'first_response', 1, '${policy.id}', '${policy.name}', 'urgent', 900, false,
           now() - interval '1 hour', now() - interval '45 minutes', ${met ? 600 : 0},
           ${met ? "now() - interval '50 minutes'" : 'NULL'}, ${breached ? "now() - interval '45 minutes'" : 'NULL'} FROM t;`;
  sql(ticket(1, mine[0], true, false));
  sql(ticket(2, mine[0], false, true));
  await page.getByRole('link', { name: 'Report' }).click();
  const kept = page.getByRole('region', { name: 'By policy' }).getByRole('row', { name: new RegExp(word) });
  await kept.getByText('1 of 2').waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  assert.match(file.suggestedFilename(), /^deadlines-.*\.csv$/);
  for (const { id } of mine) await call('DELETE', `sla-policies/${id}`);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

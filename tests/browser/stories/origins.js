/** A space that names its sites is to be had on those and nowhere else. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { hostSite } from '../support/host.js';
import { server, sql } from '../support/server.js';
import { visitor } from '../support/visitor.js';

/** In both places that know: the space itself, and the index that names are looked up in. */
const allow = (...origins) => {
  const list = `ARRAY[${origins.map((origin) => `'${origin}'`)}]::text[]`;
  for (const table of ['spaces', 'space_index']) sql(`UPDATE ${table} SET allowed_origins = ${list} WHERE slug = 'globex'`);
};

/** Spaces are kept in memory for a moment. */
async function isKnown(page, wanted) {
  const frame = `${server.origin}/widget/globex/frame`;
  await page.goto(`${server.origin}/demo/globex`);
  await page.waitForFunction(
    async ([frame, wanted]) => (await fetch(frame)).headers.get('content-security-policy').endsWith(wanted), [frame, wanted], { polling: 200 });
}

story('a site that is not on the list gets no chat, one that is does', async ({ context, page, complaints }) => {
  const [welcome, stranger] = [await hostSite({ space: 'globex' }), await hostSite({ space: 'globex' })];
  try {
    allow(welcome.origin);
    await isKnown(page, welcome.origin);

    await page.goto(welcome.origin);
    const guest = visitor(page);
    await guest.opens();
    await guest.says('How long does a trace take?');
    await guest.isAnswered();
    assert.deepEqual(complaints, []);

    await page.goto(stranger.origin);
    const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await visitor(page).launcher.click();
    await refused;
    const session = await context.request.post(`${server.origin}/api/widget/globex/session`, { headers: { Origin: stranger.origin }, data: {} });
    assert.equal(session.status(), 403);
    assert.equal((await session.json()).code, 'origin_not_allowed');
  } finally {
    allow();
    await isKnown(page, '*');
    await welcome.close();
    await stranger.close();
  }
}, { rough: true, alone: true });

/** The reference of the API, drawn from the document of this very server. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { contrast } from '../support/contrast.js';
import { server } from '../support/server.js';

/** @param {string[]} asked */
const elsewhere = (asked) => asked.filter((address) => !address.startsWith(`${server.origin}/`) && !address.startsWith('data:'));

story('the reference shows an operation, and asks nobody but this server', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const answer = await page.goto(`${server.origin}/docs`);
  assert.match(answer.headers()['content-security-policy'], /default-src 'none'; script-src 'self';/);
  await page.getByText('Create a space', { exact: true }).first().click();
  await page.getByText('/api/chat-spaces', { exact: true }).first().waitFor();
  await page.getByText('It is not published yet.').first().waitFor();
  await page.getByText('allowed_origins').first().waitFor();
  assert.ok(asked.length >= 4, asked.join());
  assert.deepEqual(elsewhere(asked), []);
});

story('on a phone in the dark the reference is as wide as the phone, and dark', async ({ page }) => {
  await page.goto(`${server.origin}/docs`);
  await page.getByText('Create a space', { exact: true }).first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const title = page.getByText('Parlance', { exact: false }).first();
  assert.ok((await contrast(title)) > 7);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(20, 23, 29)');
}, { context: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } });

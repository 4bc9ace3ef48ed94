/** What a space knows: given, watched while it is read, tried out, and kept from getting worse. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, hasSpace, logsIn } from '../support/console.js';
import { server } from '../support/server.js';

const file = (name, text) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });
const CELLAR = '# Apples in the cellar\n\nApples keep for six months in the cellar at four degrees. Pears keep for three weeks.\n';

/** @param {import('playwright-core').Page} page */
async function gives(page, ...files) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload files' }).click();
  await (await chooser).setFiles(files);
}

story('an admin gives an empty space its first files, and sees at each what came of it', async ({ page, complaints }) => {
  const slug = await hasSpace('Orchard Help');
  await logsIn(page);
  await page.goto(`${server.origin}/app/spaces/${slug}/knowledge`);
  await page.getByRole('heading', { name: 'Give the assistant something to answer from' }).waitFor();
  await gives(page, file('cellar.md', CELLAR), file('empty.md', ''), file('broken.pdf', '%PDF-1.4 nothing'));

  const tray = page.getByRole('region', { name: 'Uploads' });
  await tray.getByText('The file is empty.').waitFor();
  await tray.getByText('Ready', { exact: true }).waitFor();
  await tray.getByText(/damaged/).waitFor();
  const list = page.getByRole('list', { name: 'Documents' });
  await list.getByRole('link', { name: /Apples in the cellar.*Ready/ }).waitFor();
  await list.getByRole('link', { name: /broken\.pdf.*damaged.*Failed/ }).waitFor();

  await page.getByRole('searchbox').fill('apples');
  await list.getByRole('link', { name: /broken/ }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Apples in the cellar' }).getByText('Done').waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

story('a question is tried out, kept as a golden one, and asked again', async ({ page, complaints }) => {
  const slug = await hasSpace('Cellar Help');
  await logsIn(page);
  await page.goto(`${server.origin}/app/spaces/${slug}/knowledge`);
  await gives(page, file('cellar.md', CELLAR));
  await page.getByRole('region', { name: 'Uploads' }).getByText('Ready', { exact: true }).waitFor();

  await page.getByRole('link', { name: 'Playground' }).click();
  const question = page.getByLabel('A question, as a visitor would ask it');
  await question.fill('How much does a helicopter cost?');
  await page.keyboard.press('Enter');
  await page.getByText('The assistant would say that it does not know').waitFor();
  await question.fill('How long do apples keep in the cellar?');
  await page.keyboard.press('Enter');
  const passages = page.getByRole('list', { name: 'Passages' });
  await passages.locator('mark', { hasText: 'cellar' }).first().waitFor();
  await passages.getByRole('button', { name: 'Every figure' }).first().click();
  await passages.getByRole('row', { name: /Cosine/ }).waitFor();

  await page.getByRole('button', { name: 'Keep as a golden question' }).click();
  await page.getByRole('link', { name: 'A golden question, expects cellar.md' }).click();
  await page.getByRole('button', { name: 'Ask them all' }).click();
  await page.getByRole('link', { name: /1 of 1 pass/ }).click();
  await page.getByText('Its document was source 1.').waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

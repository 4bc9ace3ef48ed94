/** Where an answer comes from, one click away. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';

/** Asks, opens the card of the first source and gives its link. */
async function cites(visitor, question) {
  await visitor.opens();
  await visitor.says(question);
  await visitor.isAnswered();
  await visitor.cites.first().click();
  await visitor.card.waitFor();
  return visitor.card.getByRole('link');
}

story('a source opens at the words that were cited, which are marked', async ({ context, onForeignPage }) => {
  const visitor = await onForeignPage();
  const link = await cites(visitor, 'How long does a warranty repair take?');
  const excerpt = await visitor.card.locator('blockquote').innerText();
  const [source] = await Promise.all([context.waitForEvent('page'), link.click()]);
  const marked = source.locator('#cited');
  await marked.waitFor();
  assert.equal(new URL(source.url()).hash, '#cited');
  // Scrolled to, and the same words as on the card.
  await source.waitForFunction(() => {
    const { top, bottom } = document.querySelector('#cited').getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  const words = (text) => text.toLowerCase().match(/\p{L}{4,}/gu) || [];
  const shown = new Set(words((await source.locator('mark').allInnerTexts()).join(' ')));
  const said = words(excerpt).slice(0, -1);
  assert.ok(said.length > 10 && said.every((word) => shown.has(word)), excerpt);
});

story('a PDF opens at its page', async ({ context, onForeignPage }) => {
  const visitor = await onForeignPage();
  const link = await cites(visitor, 'What should I do when Arm A1 shows A-215?');
  const address = await link.getAttribute('href');
  assert.match(address, /\/sources\/acme\/[\w-]+\/original#page=\d+$/);
  const original = await context.request.get(address);
  assert.equal(original.headers()['content-type'], 'application/pdf');
  assert.equal((await original.body()).subarray(0, 5).toString(), '%PDF-');
});

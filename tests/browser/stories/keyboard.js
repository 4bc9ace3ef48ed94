/** Without a mouse. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';

/** Tag of the focused element of the page, also inside the widget's shadow. */
const focused = (page) =>
  page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement || document.activeElement)?.localName);

story('by keyboard alone: open, ask, read a source, and back where one came from', async ({ page, onForeignPage }) => {
  const { frame, input, launcher, card, isAnswered } = await onForeignPage();
  await launcher.waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'a', 'the page itself comes first');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'button');
  await page.keyboard.press('Enter');
  await frame.locator('#sub.on').waitFor();
  await frame.locator('#text:focus').waitFor();
  await page.keyboard.type('What does error E03 mean?');
  await page.keyboard.press('Enter');
  await isAnswered();
  assert.equal(await input.inputValue(), '');

  for (let i = 0; i < 20 && !(await frame.locator('button.cite:focus').count()); i++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await card.waitFor();
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  await frame.locator('button.cite:focus').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('parlance-chat:not([open])').waitFor({ state: 'attached' });
  assert.equal(await focused(page), 'button', 'the focus is back on the launcher');
});

story('Tab stays in the open chat and comes around', async ({ page, onForeignPage }) => {
  const { frame, opens } = await onForeignPage();
  await opens();
  await frame.locator('#text:focus').waitFor();
  const stops = new Set();
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'iframe');
    stops.add(await frame.locator('main :focus').evaluate((node) => node.id || node.textContent));
  }
  for (const wanted of ['person', 'close', 'log', 'text']) assert.ok(stops.has(wanted), `${wanted} in ${[...stops]}`);
});

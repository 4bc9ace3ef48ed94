/** Sizes and colours. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { contrast } from '../support/contrast.js';

const settled = (page) =>
  page.locator('parlance-chat iframe').evaluate((frame) => Promise.all(frame.getAnimations().map(({ finished }) => finished)));

story('on a phone of 360 pixels it fills the screen and nothing sticks out', async ({ page, onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  await settled(page);
  assert.deepEqual(await page.locator('parlance-chat iframe').boundingBox(), { x: 0, y: 0, width: 360, height: 740 });
  await visitor.says('What does error E03 mean?');
  await visitor.isAnswered();
  await visitor.cites.first().click();
  await visitor.card.waitFor();
  const { wide, input } = await visitor.frame.locator('html').evaluate((root) => ({
    wide: Math.max(root.scrollWidth, ...[...root.querySelectorAll('main *, dialog, dialog *')].map((node) => node.getBoundingClientRect().right)),
    input: parseFloat(getComputedStyle(root.querySelector('#text')).fontSize),
  }));
  assert.ok(wide <= 360, `${wide} px wide`);
  assert.ok(input >= 16, 'below 16 px a phone zooms in');
  await page.keyboard.press('Escape');
  await visitor.frame.getByRole('button', { name: 'Close' }).click();
  await page.locator('parlance-chat:not([open])').waitFor({ state: 'attached' });
}, { context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } });

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const space of ['acme', 'globex']) {
    story(`everything on ${space} can be read in ${colorScheme}`, async ({ page, onDemoPage }) => {
      const visitor = await onDemoPage(space);
      await visitor.opens();
      const { frame } = visitor;
      const check = async (...selectors) => {
        for (const selector of selectors) {
          const ratio = await contrast(frame.locator(selector).first());
          assert.ok(ratio >= 4.5, `${selector}: ${ratio.toFixed(2)}`);
        }
      };
      await check('h1', '#sub', '#face', '#person', '.who', '.assistant .bubble', '.ask button', '#brand');
      await visitor.says(space === 'acme' ? 'What does error E03 mean?' : 'How long does a trace take?');
      await visitor.isAnswered();
      await check('.visitor .bubble', 'button.cite', '.percent');
      await visitor.cites.first().click();
      await visitor.card.waitFor();
      await check('dialog h2', 'blockquote', 'dialog a');
      const ground = await frame.locator('html').evaluate((root) => getComputedStyle(root).backgroundColor);
      assert.equal(ground, colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 22, 27)');
      const source = await page.context().newPage();
      await source.goto(await visitor.card.getByRole('link').getAttribute('href'));
      const ratio = await contrast(source.locator('mark').first());
      assert.ok(ratio >= 4.5, `mark: ${ratio.toFixed(2)}`);
    }, { context: { colorScheme } });
  }
}

story('who wants no motion sees none', async ({ page, onForeignPage }) => {
  const visitor = await onForeignPage();
  await visitor.opens();
  const moving = await visitor.frame.locator('html').evaluate((root) => root.ownerDocument.getAnimations().length);
  assert.equal(moving + (await page.evaluate(() => document.getAnimations().length)), 0);
  assert.equal(await visitor.frame.locator('.msg').first().evaluate((node) => getComputedStyle(node).animationName), 'none');
}, { context: { reducedMotion: 'reduce' } });

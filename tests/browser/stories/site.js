/** The public site, as somebody comes to it who does not know the product. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { server } from '../support/server.js';
import { visitor } from '../support/visitor.js';

story('the front page has the product on it, which answers, and leads to the prices', async ({ page }) => {
  await page.goto(`${server.origin}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const asking = visitor(page);
  await asking.opens();
  await asking.says('Can I return a robot I have already used?');
  assert.match(await (await asking.isAnswered()).innerText(), /30 days/);
  await asking.launcher.click();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Pricing' }).click();
  const pro = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Pro' }) });
  assert.match(await pro.innerText(), /\$49\s+a month[^]*Unlimited\s+messages a month/);
  assert.equal(await page.getByRole('link', { name: 'Sign up' }).first().getAttribute('href'), '/app/signup');
});

story('on a small phone the front page is as wide as the phone', async ({ page }) => {
  for (const path of ['/', '/pricing']) {
    await page.goto(`${server.origin}${path}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  }
}, { context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } });

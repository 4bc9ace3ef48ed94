/** A real browser, where there is one. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const path = [process.env.PARLANCE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', chromium.executablePath()].find(
  (candidate) => candidate && existsSync(candidate));

/** Why the browser's tests are left out, or false. */
export const missing = path ? false : 'no Chromium found; set PARLANCE_CHROMIUM to one';

export const launch = () => chromium.launch({ executablePath: path, args: ['--no-sandbox'] });

/** A page with the widget on it, under a strict policy. */
export async function hostPage(browser, server, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${server.origin}/host`);
  const launcher = page.locator('parlance-chat button');
  await launcher.waitFor();
  const frame = page.frameLocator('parlance-chat iframe');
  const focused = () => page.evaluate(() => {
    const { activeElement } = document;
    return (activeElement?.shadowRoot?.activeElement || activeElement)?.localName;
  });
  return { context, page, launcher, frame, errors, focused };
}

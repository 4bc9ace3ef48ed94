/** A story is a test with a browser window of its own; what goes wrong in it is written down. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { hostSite } from './host.js';
import { server } from './server.js';
import { visitor } from './visitor.js';

const RESULTS = join(import.meta.dirname, '../../../test-results');
/** For one condition, in milliseconds; a debug build on a busy machine of two cores needs some. */
const PATIENCE = 30_000;

/** So many stories at a time: they mostly wait for words to come, but two cores are soon busy. */
const AT_ONCE = 3;

let browser;
/** @type {{ name: string, run: () => Promise<void>, alone?: boolean }[]} */
const stories = [];

export async function startBrowser() {
  browser = await chromium.launch({ executablePath: process.env.PARLANCE_CHROMIUM, args: ['--no-sandbox'] });
}

export const stopBrowser = () => browser?.close();

/**
 * @typedef {object} Stage
 * @property {import('playwright-core').BrowserContext} context
 * @property {import('playwright-core').Page} page
 * @property {string[]} complaints  errors on the console, exceptions, violations of a policy
 * @property {(options?: Parameters<typeof hostSite>[0]) => Promise<ReturnType<typeof visitor>>} onForeignPage
 * @property {(space?: string) => Promise<ReturnType<typeof visitor>>} onDemoPage
 *
 * @param {string} name
 * @param {(stage: Stage) => Promise<void>} tell
 * @param {{ rough?: boolean, alone?: boolean, context?: import('playwright-core').BrowserContextOptions }} [options]
 *   rough: lines are cut on purpose, and the browser may complain of it; alone: it does something to
 *   the server that others would notice
 */
export function story(name, tell, { rough, alone, context: options } = {}) {
  const run = async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const complaints = [];
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const sites = [];
    const page = await context.newPage();
    const arrive = async (address) => {
      await page.goto(address);
      return visitor(page);
    };
    try {
      await tell({
        context,
        page,
        complaints,
        onDemoPage: (space = 'acme') => arrive(`${server.origin}/demo/${space}`),
        async onForeignPage(site) {
          sites.push(await hostSite(site));
          return arrive(sites.at(-1).origin);
        },
      });
      if (!rough) assert.deepEqual(complaints, []);
    } catch (error) {
      await takePictures(context, name);
      throw error;
    } finally {
      await context.close();
      for (const site of sites) await site.close();
    }
  };
  stories.push({ name, run, alone });
}

/** Makes tests of what was told. */
export function register() {
  const add = (wanted) => stories.filter(wanted).forEach(({ name, run }) => test(name, run));
  describe('side by side', { concurrency: AT_ONCE }, () => add(({ alone }) => !alone));
  describe('alone', () => add(({ alone }) => alone));
}

async function takePictures(context, name) {
  await mkdir(RESULTS, { recursive: true });
  const file = name.replace(/\W+/g, '-').slice(0, 60);
  for (const [i, page] of context.pages().entries()) {
    await page.screenshot({ path: join(RESULTS, `${file}${i ? `-${i}` : ''}.png`), timeout: 5000 }).catch(() => {});
  }
}

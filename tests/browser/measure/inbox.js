/**
 * Whether the inbox stutters: 100,000 conversations are said to be there, the list is scrolled far down, and then
 * 200 changes a second come for ten seconds. Prints how far apart frames were painted.
 *
 *     node tests/browser/measure/inbox.js http://localhost:8080
 *
 * The console is the real one, of a running server with the demo; what it reads of conversations is made here.
 */
import { chromium } from 'playwright-core';

const [, , origin = 'http://localhost:8080'] = process.argv;
const CONVERSATIONS = 100_000;
const A_SECOND = 200;
const SECONDS = 10;
const PAGES = 60;
/** Changes are of those that were read. */
const READ = PAGES * 50;

const browser = await chromium.launch({ executablePath: process.env.PARLANCE_CHROMIUM, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const begun = Date.now();
const id = (n) => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
let sample;
const conversation = (n, at) => ({
  ...sample,
  id: id(n),
  name: `Visitor ${n}`,
  status: 'waiting',
  waiting_since: new Date(begun - (CONVERSATIONS - n) * 1000).toISOString(),
  updated_at: new Date(at).toISOString(),
});

let socket;
await page.routeWebSocket(/api\/console\/socket/, (client) => {
  const server = client.connectToServer();
  client.onMessage((text) => server.send(text));
  server.onMessage((text) => client.send(text));
  socket = client;
});
await page.route(/\/api\/conversations\?/, async (route) => {
  const url = new URL(route.request().url());
  if (!sample) {
    url.searchParams.delete('status');
    sample = (await (await route.fetch({ url: url.href })).json()).items[0];
    if (!sample) throw new Error('ask something at /demo/acme first');
  }
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const to = from + Number(url.searchParams.get('limit') ?? 50);
  const items = Array.from({ length: to - from }, (_, n) => conversation(from + n, begun));
  await route.fulfill({ json: { items, next: to < CONVERSATIONS ? `${to}` : null } });
});

await page.goto(`${origin}/app/inbox`);
await page.getByLabel('E-mail').fill('admin@acme.example');
await page.getByLabel('Password', { exact: true }).fill('acmedemo1!');
await page.keyboard.press('Enter');
const third = page.getByText('Visitor 3', { exact: true });
await third.waitFor();
const list = await page.locator('.overflow-y-auto').filter({ has: third }).first().elementHandle();
for (let n = 0; n < PAGES; n++) {
  await list.evaluate((node) => (node.scrollTop = node.scrollHeight));
  await page.waitForTimeout(120);
}
await list.evaluate((node) => (node.scrollTop = 0));
await page.waitForTimeout(500);

await page.evaluate(() => {
  globalThis.frames = [];
  globalThis.long = 0;
  let last = performance.now();
  const paint = (now) => {
    globalThis.frames.push(now - last);
    last = now;
    requestAnimationFrame(paint);
  };
  requestAnimationFrame(paint);
  new PerformanceObserver((tasks) => (globalThis.long += tasks.getEntries().length)).observe({ entryTypes: ['longtask'] });
});
const from = Date.now();
let sent = 0;
while (Date.now() < from + SECONDS * 1000) {
  const due = ((Date.now() - from) / 1000) * A_SECOND;
  for (; sent < due; sent++) socket.send(JSON.stringify({ type: 'inbox.upsert', conversation: conversation(Math.floor(Math.random() * READ), Date.now()) }));
  await new Promise((later) => setTimeout(later, 10));
}
const { frames, long } = await page.evaluate(() => ({ frames: globalThis.frames, long: globalThis.long }));
await browser.close();

frames.sort((a, b) => a - b);
const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))].toFixed(1);
console.log(`${sent} changes, ${frames.length} frames: median ${at(0.5)} ms apart, p99 ${at(0.99)}, at most ${at(1)}; ${long} tasks over 50 ms`);

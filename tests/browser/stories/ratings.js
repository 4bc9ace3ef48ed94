/** A visitor is asked by mail what they think, says so without JavaScript, and the console tells of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { story } from '../support/browser.js';
import { beyondLogin, callsAPI, logsIn } from '../support/console.js';
import { server } from '../support/server.js';

const WITHIN = 30_000;

story('who has left rates by a link in a mail, and what they say leads to the conversation', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free for order ${word}?`);
  await visitor.isAnswered();
  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));
  const call = await callsAPI();
  const { items: spaces } = await (await call('GET', 'chat-spaces')).json();
  const { id: space } = spaces.find(({ slug }) => slug === 'acme');
  const { visitor: who } = await (await call('GET', `conversations/${conversation}`)).json();
  const { id: contact } = await (await call('POST', `visitors/${who}/contact`)).json();
  const email = `${word}@shop.example`;
  assert.ok((await call('PATCH', `contacts/${contact}`, { email })).ok);
  assert.ok((await call('PATCH', `chat-spaces/${space}`, { settings: { csat: { by_mail: true, after_hours: 0 } } })).ok);
  assert.ok((await call('POST', `conversations/${conversation}/resolve`, {})).ok);
  const link = await linkTo(email);
  assert.ok((await call('PATCH', `chat-spaces/${space}`, { settings: { csat: null } })).ok);

  const plain = await context.browser().newContext({ javaScriptEnabled: false });
  const rating = await plain.newPage();
  await rating.goto(link);
  await rating.getByRole('radio', { name: '4 · Good' }).and(rating.locator(':checked')).waitFor();
  await rating.getByRole('radio', { name: '2 · Bad' }).check();
  await rating.getByRole('textbox').fill(`Too slow, ${word}.`);
  await rating.getByRole('button', { name: 'Send' }).click();
  await rating.getByText('Thank you. Your rating has been saved.').waitFor();
  await plain.close();

  const desk = await context.newPage();
  await logsIn(desk, '/overview/ratings?range=7d');
  const said = desk.getByRole('region', { name: 'Comments' }).getByRole('listitem').filter({ hasText: word });
  await said.getByLabel('stars').waitFor();
  await desk.getByRole('region', { name: 'By who answered' }).getByRole('row', { name: 'The bot alone' }).waitFor();
  const [file] = await Promise.all([desk.waitForEvent('download'), desk.getByRole('button', { name: 'CSV' }).first().click()]);
  assert.match(file.suggestedFilename(), /^ratings-.*\.csv$/);
  await said.getByRole('link', { name: 'Open the conversation' }).click();
  await desk.waitForURL(`**/inbox/${conversation}`);
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

/** Where the mail to `email` leads that asks for a rating, with 4 chosen. */
async function linkTo(email) {
  const end = Date.now() + WITHIN;
  for (;;) {
    const outbox = await fetch(`${server.origin}/dev/outbox`, { headers: { accept: 'application/json' } });
    const { items } = await outbox.json();
    const links = items.filter(({ to }) => to === email).flatMap(({ links }) => links);
    const link = links.find((link) => link.includes('/mail/rating/') && link.endsWith('?score=4'));
    if (link) return server.origin + new URL(link).pathname + '?score=4';
    if (Date.now() > end) throw new Error(`no mail to ${email} asks for a rating`);
    await pause(200);
  }
}

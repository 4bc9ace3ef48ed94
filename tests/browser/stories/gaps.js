/** From a question that nobody could answer to its answer: found as a gap, written, tried, published and cited. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';
import { visitor as visitorOn } from '../support/visitor.js';
import { server } from '../support/server.js';

const QUESTION = 'Which submarine tow rope fits the Aquanaut 900?';
const ANSWER = 'The Aquanaut 900 takes the submarine tow rope TR-77, which is 40 metres long.';

story('a question that nobody could answer is answered for the next visitor', async ({ context, page, complaints }) => {
  const asks = async () => {
    const one = visitorOn(await context.newPage());
    await one.page.goto(`${server.origin}/demo/acme`);
    await one.opens();
    await one.says(QUESTION);
    return [one, await one.isAnswered()];
  };
  const [first, unknown] = await asks();
  assert.match(await unknown.innerText(), /could not find/);
  await first.page.evaluate(() => localStorage.clear());
  await first.page.close();

  await logsIn(page);
  await page.goto(`${server.origin}/app/spaces/acme/knowledge/gaps?sort=newest`);
  await page.getByRole('link', { name: new RegExp(QUESTION.slice(0, 30)) }).click();
  await page.getByRole('heading', { name: QUESTION }).waitFor();
  await page.getByText(QUESTION, { exact: true }).nth(1).waitFor();
  await page.getByRole('textbox', { name: 'Answer' }).fill(ANSWER);
  await page.getByRole('button', { name: 'See what changes' }).click();
  const row = page.getByRole('row', { name: new RegExp(QUESTION.slice(0, 30)) });
  await row.getByText('Not found').waitFor();
  await row.getByText('Found, place 1').waitFor();
  await page.getByRole('button', { name: 'Publish the answer' }).click();
  await page.getByText(/^Published/).waitFor();
  await page.getByText('Answered', { exact: true }).waitFor();
  await page.getByRole('paragraph').filter({ hasText: 'The answer is in' }).getByRole('link', { name: QUESTION }).click();
  await page.getByText('Ready', { exact: true }).first().waitFor();

  const [second, answer] = await asks();
  assert.match(await answer.innerText(), /TR-77/);
  await second.cites.first().waitFor();
  await page.goto(`${server.origin}/app/overview/questions`);
  await page.getByRole('link', { name: QUESTION }).first().waitFor();
  assert.deepEqual(beyondLogin(complaints), []);
}, { rough: true });

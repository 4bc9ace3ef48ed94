/** The other side: an admin reads along. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn } from '../support/console.js';
import { server } from '../support/server.js';

story('an admin logs in and reads what a visitor asked, was answered, and whom they wait for', async ({ context, page, complaints, onDemoPage }) => {
  const word = randomUUID().slice(0, 8);
  const visitor = await onDemoPage();
  await visitor.opens();
  await visitor.says(`Is shipping free? My order is ${word}.`);
  const answer = await (await visitor.isAnswered()).locator('.bubble').innerText();
  await visitor.frame.locator('#person').click();
  await visitor.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();

  const conversation = await page.evaluate(() => JSON.parse(localStorage['parlance:acme:conversation']));

  const desk = await context.newPage();
  await logsIn(desk);
  await desk.locator(`a[href*="/inbox/${conversation}"]`).click();
  await desk.getByText(word).waitFor();
  const [first] = answer.match(/[\w ]{12,}/);
  await desk.getByText(first.trim()).first().waitFor();
  await desk.getByText('Waiting').first().waitFor();

  await desk.reload();
  await desk.getByText(word).waitFor();
  const second = await context.newPage();
  await second.goto(desk.url());
  await second.getByText(word).waitFor();
  await Promise.all([desk.reload(), second.reload()]);
  await Promise.all([desk.getByText(word).waitFor(), second.getByText(word).waitFor()]);
  assert.deepEqual(beyondLogin(complaints), []);
  await page.close();
}, { rough: true });

story('a wrong password is said to be wrong', async ({ page }) => {
  await page.goto(`${server.origin}/app/`);
  await page.getByLabel('E-mail').fill('admin@acme.example');
  await page.getByLabel('Password', { exact: true }).fill('not this one');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
}, { rough: true });

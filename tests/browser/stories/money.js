/** An owner tries a plan, pays, does not pay, and leaves; no money and no script but the console's is on the way. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { faults } from '../support/axe.js';
import { beyondLogin, logsIn } from '../support/console.js';
import { startAnother } from '../support/server.js';

const ADA = { email: 'ada@shop.example', password: 'a long horse staple' };

story('an owner tries a plan, is charged, does not pay, pays again and leaves', async ({ page, complaints }) => {
  const server = await startAnother({});
  try {
    const body = JSON.stringify({ ...ADA, name: 'Ada Keller', workspace: 'Shop' });
    const signed = await fetch(`${server.origin}/api/auth/signup`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    assert.ok(signed.ok, await signed.text());
    await logsIn(page, '/billing', ADA, server);
    const subscription = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Subscription' }) });
    // The provider's pages scroll as others do.
    const serious = async () => (await faults(page)).filter((fault) => !fault.startsWith('the page scrolls'));

    // At the checkout the card is declined first.
    await page.getByRole('button', { name: 'Try Pro for 14 days' }).click();
    await page.waitForURL(/\/billing\/mock\//);
    await page.getByRole('heading', { name: 'Pro' }).waitFor();
    assert.deepEqual(await serious(), []);
    await page.getByRole('button', { name: 'Pay by a card that is declined' }).click();
    await page.getByRole('alert').filter({ hasText: 'the card was declined' }).waitFor();
    await page.getByRole('button', { name: 'Go back' }).click();
    await page.getByRole('button', { name: 'Try Pro for 14 days' }).click();
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByText('The payment was confirmed. Thank you.').waitFor();
    await subscription.getByText('Trial', { exact: true }).waitFor();

    /** Pushes a button of the portal, and comes back. */
    const inPortal = async (opener, ...buttons) => {
      await Promise.all([page.waitForURL(/\/billing\/mock\//), page.getByRole('button', { name: opener }).click()]);
      // Each comes back to the same page, made anew.
      for (const button of buttons) await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: button }).click()]);
      assert.deepEqual(await serious(), []);
      await page.getByRole('button', { name: 'Back to the console' }).click();
    };
    const [turn, declines] = ['Turn the clock to the end of the period', 'Have a card that will be declined'];
    await inPortal('Cards and invoices', turn);
    await subscription.getByText('Paid', { exact: true }).waitFor();
    await inPortal('Cards and invoices', declines, turn);
    await subscription.getByText('Not paid', { exact: true }).waitFor();
    await inPortal('Pay by another card', 'Have a card that works');
    await subscription.getByText('Paid', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Cancel the subscription' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End it with the period' }).click();
    await subscription.getByText('Cancelled', { exact: true }).waitFor();
    await inPortal('Cards and invoices', turn);
    await page.getByRole('button', { name: 'Upgrade to Pro' }).waitFor();
    assert.deepEqual(beyondLogin(complaints), []);
  } finally {
    await server.stop();
  }
}, { rough: true });

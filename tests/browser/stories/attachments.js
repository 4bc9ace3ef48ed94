/** Files: an agent pastes an image, which the visitor sees; the visitor sends a PDF, which the agent saves. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn, row } from '../support/console.js';
import { hostSite } from '../support/host.js';
import { startAnother } from '../support/server.js';
import { conversationOf, visitor } from '../support/visitor.js';
import { founded } from '../support/workspace.js';

const PDF = Buffer.from('%PDF-1.4\n% a receipt\n');

/** What somebody has copied: a picture that the page itself has drawn. */
const pastesImage = (field) =>
  field.evaluate(async (element) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 200 });
    const context = canvas.getContext('2d');
    for (const [i, colour] of ['#2456e6', '#188a54', '#e0a03a', '#c8102e'].entries()) {
      context.fillStyle = colour;
      context.fillRect(i * 80, 0, 80, 200);
    }
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], 'image.png', { type: 'image/png' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });

story('an agent pastes an image and the visitor sends a PDF', async ({ context, complaints }) => {
  const server = await startAnother({});
  const { space, ada: owner } = await founded(server);
  const site = await hostSite({ space, api: server.origin });
  try {
    const [desk, page] = [await context.newPage(), await (await context.browser().newContext({ viewport: { width: 1280, height: 800 } })).newPage()];
    await logsIn(desk, '/inbox', owner, server);
    await page.goto(site.origin);
    const mia = visitor(page);
    await mia.opens();
    await mia.says('Can you show me?');
    await row(desk, await conversationOf(mia, space)).click();
    const field = desk.getByLabel('Reply to the visitor');
    await pastesImage(field);
    await desk.getByRole('button', { name: 'Remove image.png' }).waitFor();
    await desk.getByRole('button', { name: 'Send', exact: true }).click();

    const image = mia.frame.locator('.files img');
    await image.waitFor();
    assert.equal(await image.evaluate(async (element) => (await element.decode(), element.naturalWidth)), 320);
    await desk.getByRole('button', { name: 'Open image.png' }).click();
    await desk.getByRole('dialog', { name: 'image.png' }).waitFor();
    await desk.keyboard.press('Escape');

    await mia.frame.getByRole('button', { name: 'Attach a file' }).waitFor();
    await mia.frame.locator('#composer input[type=file]').setInputFiles({ name: 'receipt.pdf', mimeType: 'application/pdf', buffer: PDF });
    await mia.frame.locator('.chosen li', { hasText: '1 KB' }).waitFor();
    await mia.frame.locator('#send').click();
    await mia.frame.locator('.file', { hasText: 'receipt.pdf' }).waitFor();
    const link = desk.getByRole('link', { name: /receipt\.pdf/ });
    const [saved] = await Promise.all([desk.waitForEvent('download'), link.click()]);
    assert.equal(saved.suggestedFilename(), 'receipt.pdf');
    assert.deepEqual(await readFile(await saved.path()), PDF);
    assert.deepEqual(beyondLogin(complaints), []);
    complaints.length = 0;
    await desk.close();
    await page.close();
  } finally {
    await site.close();
    await server.stop();
  }
});

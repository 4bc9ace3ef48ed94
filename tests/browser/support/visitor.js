/** What a visitor does with the widget on a page, and what they see. */

/** @param {import('playwright-core').Page} page */
export function visitor(page) {
  const launcher = page.locator('parlance-chat button');
  const frame = page.frameLocator('parlance-chat iframe');
  const input = frame.locator('#text');
  const ended = frame.locator('.msg.assistant:not(.draft)').filter({ has: page.locator('.foot button') });
  /** Waits until the chat is open, as it is again after a reload, and connected. */
  const isOpen = () => frame.locator('#sub.on').waitFor();
  return {
    page,
    launcher,
    frame,
    input,
    draft: frame.locator('.draft .bubble'),
    /** The answers that have come to an end, oldest first. */
    answers: ended,
    cites: frame.locator('button.cite'),
    card: frame.locator('dialog[open]'),

    /** Opens the chat and waits until it is connected. */
    async opens() {
      await launcher.click();
      await isOpen();
    },
    isOpen,
    /** Writes and sends. */
    async says(text) {
      await input.fill(text);
      await input.press('Enter');
      await frame.locator('.visitor .bubble', { hasText: text }).waitFor();
    },
    /** Waits for the end of the answer with this number, from 1. */
    async isAnswered(number = 1) {
      await ended.nth(number - 1).waitFor();
      return ended.nth(number - 1);
    },
    /** Waits until some words of an answer are there and others not yet. */
    async isBeingAnswered() {
      await frame.locator('.draft .bubble', { hasText: /\w+ \w+/ }).waitFor();
    },
    /** All that was said, as it reads. */
    texts: () => frame.locator('.msg .bubble').allInnerTexts(),
  };
}

/** A question with a long answer, which takes its time to stream. */
export const LONG = 'How do I store the mower over the winter?';

/** The id of the conversation of a visitor on a foreign page, which keeps it: the widget's frame may not store anything there. */
export const conversationOf = ({ page }, space) =>
  page.evaluate((prefix) => JSON.parse(JSON.parse(localStorage[prefix])[`${prefix}:conversation`]), `parlance:${space}`);

import axe from 'axe-core';

/** What axe has against the page; and the page itself does not scroll, only what is in it. */
export async function faults(page) {
  const beyond = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  const scrolls = beyond > 0 ? [`the page scrolls by ${beyond} pixels`] : [];
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  return [...scrolls, ...serious];
}

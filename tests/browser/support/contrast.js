/** Contrast as WCAG 2.2 counts it, of what is really painted. */

const linear = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

/** @param {import('playwright-core').Locator} locator @returns {Promise<number>} of its text on what is behind it */
export async function contrast(locator) {
  const [text, ground] = await locator.evaluate((node) => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const pixel = (...colors) => {
      context.clearRect(0, 0, 1, 1);
      for (const color of colors) {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
      }
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const behind = [];
    for (let at = node; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    return [pixel(...behind, getComputedStyle(node).color), pixel(...behind)];
  });
  const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

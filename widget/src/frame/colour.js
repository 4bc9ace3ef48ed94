/**
 * A space may choose any colour; text in it or on it must be readable all the same (WCAG 2.2, 1.4.3).
 * @typedef {number[]} Rgb 0 to 255 each
 */

/** @param {string} hex `#rrggbb` @returns {Rgb} */
export const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** Relative luminance by WCAG 2.2. @param {Rgb} color */
export const luminance = (color) =>
  color.reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4), 0);

/** White while it has 4.5 to 1 (luminance up to 0.183): it looks better on brand colours than black. */
export const inkOn = (color) => (luminance(rgb(color)) < 0.183 ? '#fff' : '#000');

/**
 * `color`, moved towards black or white until it reads as text on the panel: at most 0.15 on the
 * light grounds (white and #f1f2f5), at least 0.26 on the dark ones (up to #1f2229), 4.5 to 1 each.
 */
export function readable(color, dark) {
  let c = rgb(color);
  while (dark ? luminance(c) < 0.26 : luminance(c) > 0.15) c = c.map((part) => part + ((dark ? 255 : 0) - part) * 0.1);
  return `rgb(${c})`;
}

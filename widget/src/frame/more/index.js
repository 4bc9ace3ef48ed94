/**
 * What few visitors need, and nobody when the chat opens: a file of its own, fetched on demand. What
 * it shares with the frame (elements, the language in use) it imports from there, so that there is
 * one of each.
 */
import { english } from '../strings.js';
import css from './more.css';
import en from './en.js';

export { overHttp } from './http.js';
export { askFirst } from './prechat.js';
export { askEmail, askRating, thumb } from './forms.js';
export { refused } from './refused.js';
export { showSource } from './source.js';
export { typing } from './typing.js';

Object.assign(english, en);

// A constructed sheet is allowed where an inline one is not.
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);

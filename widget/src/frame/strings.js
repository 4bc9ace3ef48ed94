/**
 * What the widget says. English is built in, because there must be something to say before anything
 * else is loaded; other languages come as a file of their own when they are wanted.
 */
import english from '../strings/en.js';

export { english };

const LANGUAGES = /^(es|fr|de|pt|ar|ja)/i;

/** @type {Record<string, string>} */
let words = english;
let language = 'en';

/** @param {string} key @param {string|number} [value] takes the place of `{}` */
export const t = (key, value = '') => words[key].replace('{}', () => `${value}`);

export const lang = () => language;

/** @param {string} locale `pt-BR` and the like @param {(language: string) => Promise<{default: typeof english}>} load */
export async function speak(locale, load) {
  const wanted = LANGUAGES.exec(locale)?.[0].toLowerCase();
  try {
    words = wanted ? (await load(wanted)).default : english;
    language = wanted || 'en';
  } catch {
    // The words of before are better than no chat.
  }
}

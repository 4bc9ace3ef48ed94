/** The card that shows what a citation points at. A modal dialog brings focus trap, Escape and return. */
import { $, el, link } from '../dom.js';
import { safeUrl } from '../markdown.js';
import { t } from '../strings.js';

/** @param {import('../types.js').Citation} citation @param {string} base @returns {string|undefined} */
export function sourceUrl({ url, page }, base) {
  const href = url && safeUrl(url, base);
  // An address that already points somewhere (a text fragment) knows better.
  return href && page && !href.includes('#') ? `${href}#page=${page}` : href || undefined;
}

/** A passage is Markdown; here it is read in a few lines. */
const flat = (text) => text.replace(/\*\*|`|(^|\s)#+(?=\s)/g, '').replace(/\s*\|[\s|:-]*/g, ' · ').replace(/^ · /, '');

/** @param {import('../types.js').Citation} citation @param {HTMLElement} near */
export function showSource(citation, near) {
  const { n, title, excerpt, page } = citation;
  const card = $('source');
  const href = sourceUrl(citation, location.href);
  card.ariaLabel = title;
  card.replaceChildren(
    el('button.icon', { 'aria-label': t('close'), onclick: () => card.close() }, '✕'),
    el('h2', null, el('b.n', null, n), el('bdi', null, title)),
    el('blockquote', { dir: 'auto' }, flat(excerpt)),
    href && link('a.go', href, t('open')),
    page ? el('small', null, t('page', page)) : '',
  );
  card.onclick = ({ target }) => {
    // An expression here would be an answer, and `false` keeps a link from being followed.
    if (target === card) card.close();
  };
  card.showModal();
  const { top, bottom } = near.getBoundingClientRect();
  const { offsetHeight } = card;
  card.style.top = `${bottom + 8 + offsetHeight < innerHeight ? bottom + 8 : Math.max(8, top - 8 - offsetHeight)}px`;
}

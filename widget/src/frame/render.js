/** Markdown trees to elements, with citations as buttons and marks on what no source supports. */
import { el, link } from './dom.js';
import { t } from './strings.js';

/**
 * @param {import('./markdown.js').Node} node
 * @param {import('./types.js').Claim[]} weak  claims to mark, in order
 * @param {(n: number) => Node|string|undefined} cite
 * @returns {any}
 */
export function render({ tag, at, text, n, href, start, children }, weak, cite) {
  if (text != null) return markWeak(text, at, weak);
  if (n) return cite(n);
  const inner = children?.map((child) => render(child, weak, cite)) || [];
  return tag === 'a' ? link(tag, href, ...inner) : el(tag, { start }, ...inner);
}

/** Splits a piece of text where unsupported claims begin and end. */
function markWeak(text, at, weak) {
  const out = [];
  let from = 0;
  for (const { start, end } of weak) {
    const a = Math.max(from, start - at);
    const b = Math.min(text.length, end - at);
    if (a >= b) continue;
    const title = t('unsupported');
    // Said once, where the claim ends: it may run through several pieces.
    out.push(text.slice(from, a), el('span.weak', { title }, text.slice(a, b), b === end - at && el('span.sr', null, ` (${title})`)));
    from = b;
  }
  return [...out, text.slice(from)];
}

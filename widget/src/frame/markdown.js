/**
 * The part of Markdown an answer needs, parsed to a tree that keeps where in the raw text each piece
 * stood (claims point at raw UTF-16 offsets). Pure; `render.js` makes elements of it. There is no
 * HTML and there are no images in the tree, so none can come out.
 *
 * @typedef {{ tag: string, at: number, end?: number, text?: string, href?: string, n?: number, start?: string, children?: Node[] }} Node
 *   a piece of text has the empty tag
 */

/** What opens a block: fence, heading, list item with its number. */
const OPEN = /^\s*(?:(```)|(#{1,6} )\s*|(?:[-*+•]|(\d{1,9})[.)]) +)/;

/** In order of precedence. */
const INLINE = new RegExp(
  [
    '`([^`]+)`', // 1 code
    '\\*\\*(?=\\S)([^]*?\\S)\\*\\*', // 2 strong
    '\\*(?![\\s*])([^*]*[^\\s*])\\*', // 3 emphasis
    '\\b_(?!\\s)([^_]+)_\\b', // 4 emphasis, not inside snake_case
    '(!?)\\[([^\\[\\]]+)\\]\\(([^\\s()]+)[^()\\n]*\\)', // 5–7 image or link
    '((?:[ \\t]*\\[S\\d+\\])+)([.,;:!?]*)', // 8, 9 citations and what ends their sentence
    '(https?:\\/\\/[^\\s<>"]*[^\\s<>".,;:!?\'\\])*_])', // 10 bare link
    '(\\n)', // 11 line break
  ].join('|'),
  'g',
);

/** @param {string} url @param {string} [base] @returns {string|undefined} an address that may be linked */
export function safeUrl(url, base) {
  try {
    const { href } = new URL(url, base);
    if (/^(https?|mailto):/.test(href)) return href;
  } catch {
    // Not an address at all: no link.
  }
}

/** @param {string} text @param {number} at @returns {Node[]} */
export function inline(text, at = 0) {
  /** @type {Node[]} */
  const out = [];
  let from = 0;
  const plain = (end) => end > from && out.push({ tag: '', text: text.slice(from, end), at: at + from });
  for (const match of text.matchAll(INLINE)) {
    const [all, code, strong, em, em2, image, label, target, cites, stop, bare, line] = match;
    const { index } = match;
    plain(index);
    from = index + all.length;
    const inner = code || strong || em || em2 || label || bare;
    const start = at + index + all.indexOf(inner, strong ? 2 : 0);
    const href = safeUrl(target || bare);
    if (cites) {
      // As in print: the sentence ends before its notes, and no full stop stands alone on a line.
      if (stop) out.push({ tag: '', text: stop, at: at + from - stop.length });
      for (const [, n] of cites.matchAll(/S(\d+)/g)) out.push({ tag: 'cite', n: +n, at: at + index });
    } else if (line) out.push({ tag: 'br', at: at + index });
    else {
      const children = code || bare ? [{ tag: '', text: inner, at: start }] : inline(inner, start);
      const tag = code ? 'code' : strong ? 'strong' : em || em2 ? 'em' : href && !image ? 'a' : '';
      if (tag) out.push({ tag, at: start, href, children });
      else out.push(...children);
    }
  }
  plain(text.length);
  return out;
}

/**
 * @param {string} raw
 * @returns {Node[]} blocks in order; one that has ended never changes as text is added
 */
export function parse(raw) {
  /** @type {any[]} */
  const blocks = [];
  let at = 0;
  /** @type {any} the block that goes on in the next line */
  let open;
  const begin = (tag, more) => blocks.push((open = { tag, at, end: at, text: '', ...more }));
  for (const line of raw.split('\n')) {
    const [mark, fence, heading, number] = OPEN.exec(line) || [];
    const inside = open?.tag === 'pre';
    const part = () => ({ at: at + (mark || '').length, text: line.slice((mark || '').length) });
    if (fence) inside ? (open = null) : begin('pre');
    else if (inside) open.text += line + '\n';
    else if (!line.trim()) open = null;
    else if (heading) {
      begin('h4', part());
      open = null;
    } else if (mark) {
      const tag = number ? 'ol' : 'ul';
      if (open?.tag !== tag) begin(tag, { items: [], start: number });
      open.items.push(part());
    } else if (open) (open.items?.at(-1) || open).text += '\n' + line;
    else begin('p', part());
    at += line.length + 1;
    blocks.at(-1) && (blocks.at(-1).end = at);
  }
  return blocks.map(({ items, text, ...block }) => ({
    ...block,
    children: items ? items.map((item) => ({ tag: 'li', at: item.at, children: inline(item.text, item.at) }))
      : block.tag === 'pre' ? [{ tag: '', text, at: block.at }]
      : inline(text, block.at),
  }));
}

/** What it says, without how it looks: read aloud, the pieces of a block are one sentence. @returns {string} */
export const plain = ({ tag, text, children = [] }) => (text ?? children.map(plain).join('')) + (/^[pblh]/.test(tag) ? ' ' : '');

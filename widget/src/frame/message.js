/** One message: its bubble, kept up with a growing answer block by block, and what stands under it. */
import { $, el, more } from './dom.js';
import { parse } from './markdown.js';
import { render } from './render.js';
import { lang, t } from './strings.js';

/** Below this a claim is marked as not backed by its sources. */
const SUPPORTED = 0.5;
/** A marker cut in half by the stream would flash as text. */
const CUT = /\s*\[S?\d*$/;

/**
 * @param {ReturnType<typeof import('./chat.js').createChat>} chat
 * @param {string} kind visitor, assistant, agent or system
 */
export function createMessage(chat, kind) {
  const head = el('p.who');
  const bubble = el('.bubble', { dir: 'auto' });
  const foot = el('.foot');
  /** What each block was drawn from, to draw only what changed. @type {string[]} */
  const drawn = [];

  function body({ text, claims = [], citations, draft }) {
    const shown = draft ? text.replace(CUT, '') : text;
    const weak = claims.filter(({ support }) => support < SUPPORTED);
    const cite = (n) => {
      const source = citations?.find((citation) => citation.n === n);
      // The sources come with the end of the answer; until then the number stands in.
      if (!source) return draft && el('span.cite', null, n);
      return el('button.cite', { 'aria-label': t('source', `${n}: ${source.title}`), onclick: async ({ target }) => (await more()).showSource(source, target) }, n);
    };
    const blocks = parse(shown);
    blocks.forEach((block, i) => {
      const here = weak.filter(({ start, end }) => start < /** @type {number} */ (block.end) && end > block.at);
      const key = JSON.stringify([shown.slice(block.at, block.end), here, citations?.length]);
      if (drawn[i] === key) return;
      drawn[i] = key;
      const node = render(block, here, cite);
      if (bubble.children[i]) bubble.children[i].replaceWith(node);
      else bubble.append(node);
    });
    while (bubble.children.length > blocks.length) bubble.lastChild.remove();
    drawn.length = blocks.length;
  }

  /** @param {any} entry a message of the log, or a draft, an outgoing one or the greeting in its shape */
  function update(entry) {
    const { author, state, grounding, client_id, id, seen, at, seq, draft, attachments } = entry;
    node.className = `msg ${kind} ${draft ? 'draft' : state}`;
    const name = kind === 'visitor' ? t('you') : author.name;
    head.replaceChildren(...(entry.first && name ? [name, at ? ' · ' + time(at) : ''] : []));
    if (kind === 'visitor') bubble.textContent = entry.text;
    else body(entry);
    if (attachments) import('./files/index.js').then(({ show }) => show(attachments, bubble));
    foot.replaceChildren(
      ...[
        grounding != null && meter(grounding),
        state === 'failed' && el('span.note', null, t(seq ? state : 'unsent')),
        state === 'failed' && !seq && el('button.link', { onclick: () => chat.retry(client_id) }, t('retry')),
        state === 'pending' && t(chat.online ? 'sending' : 'later'),
        seen && t('seen'),
        entry.status === 'bot' && (entry.abstained || (seq && state === 'failed')) && el('button.link', { onclick: () => $('person').click() }, t('person')),
        state === 'interrupted' ? t(state) : kind === 'assistant' && seq && ['up', 'down'].map((value) => thumb(id, value)),
      ].flat().filter(Boolean),
    );
  }

  function thumb(id, value) {
    const onclick = async () => (await more()).thumb(chat, node, id, value);
    const button = el(`button.icon ${value}`, { 'aria-label': t(value), 'aria-pressed': `${chat.votes[id] === value}`, onclick });
    button.append($('thumb').cloneNode(true));
    return button;
  }

  const node = el('', null, head, bubble, foot);
  return { node, update };
}

const time = (at) => new Date(at).toLocaleTimeString(lang(), { timeStyle: 'short' });

function meter(grounding) {
  const percent = Math.round(grounding * 100);
  const label = t('grounded', percent);
  const bar = el(`span.bar ${grounding < 0.5 ? 'low' : grounding < 0.8 ? 'mid' : 'high'}`, { role: 'meter', 'aria-valuenow': percent, 'aria-label': label });
  bar.style.setProperty('--v', `${percent}%`);
  return [bar, el('span.percent', { 'aria-hidden': true }, label)];
}

/** Draws the conversation: one node per entry, in order, touched only when its entry changed. */
import { $, el, more, focus } from './dom.js';
import { createMessage } from './message.js';
import { lang, t } from './strings.js';

/** Distance from the end, in pixels, at which the reader still counts as following. */
const FOLLOWING = 80;

/**
 * @param {ReturnType<typeof import('./chat.js').createChat>} chat
 * @param {import('./types.js').Config} config
 * @param {import('./storage.js').Store} store
 */
export function createView(chat, config, store) {
  const list = $('log');
  /** @type {Map<string, any>} */
  let nodes = new Map();
  let scheduled = false;

  /** Everything there is to see, oldest first: messages in the shape of the log's, and the rest. */
  function entries() {
    const bot = { ...config.bot, kind: 'assistant' };
    const { items, drafts, seen, status, typing } = chat.log();
    const outgoing = chat.outbox.all();
    const last = items.at(-1);
    const mine = items.findLast(({ author }) => author?.kind === 'visitor');
    const thinking = status === 'bot' && mine && last === mine && !drafts.size && chat.online && bot;
    const questions = !mine && !outgoing.length && status === 'bot' && config.suggested_questions;
    const writer = typing || thinking;
    let before;
    return [
      config.greeting && { key: 'greeting', author: bot, text: config.greeting },
      ...items.map((item) => ({ status, ...item, key: item.client_id || item.id || item.seq, seen: item === mine && seen >= item.seq, last: item === last })),
      ...[...drafts.values()].map((draft) => ({ ...draft, key: draft.id, author: bot, draft: true })),
      ...outgoing.map((item) => ({ ...item, key: item.client_id, author: { kind: 'visitor' }, online: chat.online })),
      questions && { key: `ask${questions}`, questions },
      writer && { key: 'typing', writer },
    ].filter((entry) => {
      if (!entry) return;
      if (entry.author?.kind === 'assistant') entry.author = bot;
      const name = entry.author && entry.author.kind + entry.author.name;
      entry.first = name !== before;
      before = name;
      return true;
    });
  }

  function build({ author, questions, writer, seq, ...event }) {
    const message = author && createMessage(chat, author.kind);
    if (event.asks) more().then(({ askEmail }) => askEmail(message.node, chat, store));
    if (message) return message;
    if (questions) return { node: el('.ask', null, questions.map((text) => el('button', { dir: 'auto', onclick: () => ask(text) }, text))) };
    if (writer) return { node: el('.typing', { role: 'img', 'aria-label': t('typing', writer.name || t('someone')) }, el('i'), el('i'), el('i')) };
    const node = el('.status', null, el('p', null, statusText(event)));
    if (event.status === 'resolved') more().then(({ askRating }) => askRating(node, seq, chat, store));
    // Once the conversation goes on, it is not over.
    return { node, update: ({ last }) => node.classList.toggle('past', !last) };
  }

  function ask(text) {
    chat.say(text);
    focus();
  }

  function draw() {
    scheduled = false;
    const follow = list.scrollHeight - list.scrollTop - list.clientHeight < FOLLOWING;
    const old = nodes;
    nodes = new Map();
    let at = list.firstChild;
    for (const entry of entries()) {
      const rev = JSON.stringify([entry, chat.votes[entry.id]]);
      const item = old.get(entry.key) || build(entry);
      if (item.rev !== rev) item.update?.(entry);
      item.rev = rev;
      nodes.set(entry.key, item);
      old.delete(entry.key);
      if (at === item.node) at = at.nextSibling;
      else list.insertBefore(item.node, at);
    }
    old.forEach(({ node }) => node.remove());
    if (follow) list.scrollTop = list.scrollHeight;
    surroundings();
  }

  function surroundings() {
    const { status, drafts } = chat.log();
    const { online } = chat;
    const sub = $('sub');
    const human = status === 'human';
    const waiting = status === 'waiting';
    const text = (!human && online && config.availability.text[lang()]) || t(chat.denied || (!online ? 'offline' : human ? 'someone' : waiting ? status : 'instant'));
    // A status region speaks whenever it is written to.
    if (sub.textContent !== text) sub.textContent = text;
    sub.className = online ? 'on' : '';
    for (const [id, hidden] of [['person', human || waiting], ['stop', !drafts.size]]) {
      // The focus must not be lost with what had it.
      if (hidden && $(id) === document.activeElement) focus();
      $(id).hidden = hidden;
    }
  }

  /** At most once per painted frame, however fast the tokens come. */
  return () => {
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  };
}

/** What a wait comes to is said by the message that follows it. @param {any} event */
export const statusText = ({ status, assignee }) =>
  status === 'human' ? t('joined', assignee?.name || t('someone')) : status === 'snoozed' || status === 'waiting' ? '' : t(status);

/**
 * The conversation as events make it: pure, no DOM, no clock, no network.
 *
 * Durable events are ordered by `seq` and applied once; what is ephemeral (drafts, typing) is kept
 * beside them and may be lost at any time, because the durable message that ends an answer carries
 * its whole text.
 *
 * @typedef {ReturnType<typeof createLog>} Log
 * @param {string|null} conversation
 */
export const createLog = (conversation = null) => ({
  conversation,
  seq: 0,
  /** @type {import('./types.js').Status} */
  status: 'bot',
  /** @type {any[]} messages and status events */
  items: [],
  /** @type {Map<string, import('./types.js').Draft>} */
  drafts: new Map(),
  /** @type {import('./types.js').Author|null|false} */
  typing: null,
  /** Highest seq the other side has read. */
  seen: 0,
});

/**
 * @param {Log} log
 * @param {import('./types.js').Event} event
 * @returns {'new'|'gap'|undefined} `new` for a durable event; on `gap` nothing changed: resume from `log.seq`
 */
export function apply(log, event) {
  const { type, seq, message } = event;
  if (type === 'read') {
    // The visitor's own mark comes back to every tab.
    if (event.by !== 'visitor') log.seen = seq || 0;
  }
  else if (seq) {
    if (seq <= log.seq) return;
    // `fresh`: a connection was made and nothing durable came on it yet. What follows a resume follows what we have: a gap there is the server's, and asking again would not fill it.
    if (seq > log.seq + 1 && !log.fresh) return 'gap';
    log.fresh = false;
    log.seq = seq;
    if (type === 'status') log.status = event.status;
    if (type === 'status' || type === 'message') log.items.push(event);
    log.drafts.delete(event.id);
    if (event.author?.kind !== 'visitor') {
      log.typing = null;
      dropStale(log);
    }
    return 'new';
  } else if (type === 'typing') log.typing = event.on && event.author;
  else if (type.startsWith('answer.') && !log.items.some((item) => item.id === message)) return write(log, event);
}

/** @returns {'gap'|undefined} */
function write({ drafts }, { type, message: id, n, text, claim }) {
  const draft = drafts.get(id) || { id, next: 0, text: '', claims: [] };
  drafts.set(id, draft);
  draft.stale = false;
  if (type === 'answer.snapshot') Object.assign(draft, { text, next: n });
  else if (claim) draft.claims.push(claim);
  // A delta that was skipped comes back in a snapshot.
  else if (n > draft.next) return 'gap';
  else if (n === draft.next) {
    draft.text += text;
    draft.next++;
  }
}

/** A connection was made anew: a draft not heard of again is an answer that died. @param {Log} log */
export function resumed(log) {
  log.fresh = true;
  log.typing = null;
  log.drafts.forEach((draft) => (draft.stale = true));
}

/** @param {Log} log */
export const dropStale = ({ drafts }) => drafts.forEach((draft) => draft.stale && drafts.delete(draft.id));

/** Messages by others after `read`, for the badge. @param {Log} log @param {number} read */
export const unread = (log, read) =>
  log.items.filter(({ author, seq }) => author && author.kind !== 'visitor' && seq > read).length;

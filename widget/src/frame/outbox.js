/**
 * Messages on their way. Each has a `client_id` that the server knows it by, so sending it again
 * after a lost connection, a reload or from a second tab cannot double it. Every message has a
 * storage key of its own: two tabs writing at once do not overwrite each other's.
 *
 * @typedef {import('./types.js').Outgoing} Outgoing
 */

const KEY = 'out:';

/**
 * `crypto.randomUUID` needs a secure context, and a chat on a plain-http intranet has none. The address
 * of a blob ends in a UUID everywhere (File API, 8.2).
 */
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

/** @param {import('./storage.js').Store} store */
export function createOutbox(store) {
  /** @type {Outgoing[]} */
  let items = store.keys()
    .filter((key) => key.startsWith(KEY))
    .map(store.get)
    .sort((a, b) => a.at - b.at);
  /** What has gone out on the present connection. */
  let sent = new Set();

  /** What became of a message. One that was refused keeps its id: if it did arrive, nothing new comes of it. */
  const mark = (id, change) => {
    sent.delete(id);
    items.forEach((item) => item.client_id === id && store.set(KEY + id, Object.assign(item, change)));
  };

  return {
    all: () => items,
    /** @param {string} text @param {string[]} [attachments] their ids */
    add(text, attachments) {
      const client_id = uuid();
      // Two messages of one millisecond must keep their order over a reload.
      items.push({ client_id, text, attachments, at: Math.max(Date.now(), (items.at(-1)?.at || 0) + 1), state: 'pending' });
      mark(client_id);
    },
    /** The messages to send now, each once per connection. */
    take: () => items.filter(({ state, client_id }) => state === 'pending' && !sent.has(client_id) && sent.add(client_id)),
    /** A new connection, or the end of a wait: whatever has no ack has to go again. */
    reconnected: () => sent.clear(),
    mark,
    /**
     * What the log shows, up to `seq`, need not be kept here; what has an ack stays in sight until then.
     * Without a `seq` nothing is: it was somebody else's.
     */
    settle(seq, id) {
      items = items.filter((item) => (seq && item.client_id !== id && !(/** @type {number} */ (item.seq) <= seq)) || store.set(KEY + item.client_id));
    },
  };
}

/**
 * Messages on their way. Each has a `client_id` that the server knows it by, so sending it again
 * after a lost connection, a reload or from a second tab cannot double it. Every message has a
 * storage key of its own: two tabs writing at once do not overwrite each other's.
 *
 * @typedef {import('./types.js').Outgoing} Outgoing
 */

const KEY = 'out:';

/** `crypto.randomUUID` needs a secure context; a chat on a plain-http intranet has none. */
const uuid = () =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
    (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16));

/** @param {import('./storage.js').Store} store */
export function createOutbox(store) {
  /** @type {Outgoing[]} */
  let items = store.keys()
    .filter((key) => key.startsWith(KEY))
    .map(store.get)
    .sort((a, b) => a.at - b.at);
  /** What has gone out on the present connection. */
  let sent = new Set();

  /** Keeps the items that pass and takes the others out of storage. */
  const keep = (wanted) => {
    items = items.filter((item) => wanted(item) || store.set(KEY + item.client_id));
  };
  const change = (id, change) =>
    items.forEach((item) => item.client_id === id && store.set(KEY + id, Object.assign(item, change)));

  return {
    all: () => items,
    /** @param {string} text */
    add(text) {
      const client_id = uuid();
      // Two messages of one millisecond must keep their order over a reload.
      items.push({ client_id, text, at: Math.max(Date.now(), (items.at(-1)?.at || 0) + 1), state: 'pending' });
      change(client_id);
    },
    /** The messages to send now, each once per connection. */
    take: () => items.filter(({ state, client_id }) => state === 'pending' && !sent.has(client_id) && sent.add(client_id)),
    /** A new connection: whatever has no ack has to go again. */
    reconnected: () => sent.clear(),
    /** The server has it; it stays in sight until the log brings it. */
    acked: (id, seq) => change(id, { state: 'acked', seq }),
    failed: (id, code) => change(id, { state: 'failed', code }),
    /** Same id again: if the first try did arrive after all, nothing new comes of it. */
    retry(id) {
      sent.delete(id);
      change(id, { state: 'pending' });
    },
    /** What the log shows, up to `seq`, need not be kept here. */
    settle: (seq, id) => keep((item) => item.client_id !== id && !(/** @type {number} */ (item.seq) <= seq)),
    /** The conversation they were acknowledged in is gone. */
    forget: () => keep((item) => !item.seq),
  };
}

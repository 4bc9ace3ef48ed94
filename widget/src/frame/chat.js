/**
 * The chat without its looks: session, connection, log and outbox put together. No DOM, so that the
 * tests run it against a server in Node.
 */
import { createApi } from './api.js';
import { backoff, createConnection, TIMING } from './connection.js';
import { apply, createLog, dropStale, resumed, unread } from './log.js';
import { createOutbox } from './outbox.js';

/** How long after a reconnect a draft that nobody speaks of may stay, in milliseconds. */
const STALE = 4000;

/**
 * @param {object} options
 * @param {string} options.base  `https://host/api/widget/{space}`
 * @param {import('./storage.js').Store} options.store
 * @param {any} [options.details]  identity, attributes, locale, page for the session
 * @param {() => void} options.changed  something to be drawn anew
 * @param {(name: string, data?: any) => void} options.emit  message, handoff, unread, error
 * @param {Partial<typeof import('./connection.js').TIMING>} [options.timing]
 */
export function createChat({ base, store, details = {}, changed, emit, timing }) {
  const api = createApi(base, store);
  const outbox = createOutbox(store);
  let log = createLog(store.get('conversation'));
  /** @type {Promise<void>|null} */
  let session = null;
  let line = Promise.resolve();
  let head = 0; // what was there when we came: history, not news
  let read = store.get('read') || 0;
  let visible = false;
  let refusals = 0; // in a row, that pass
  let held; // the timer that ends a wait after one

  const connection = createConnection({
    timing,
    wire: {
      base,
      api,
      hello: () => ({ type: 'hello', token: store.get('token'), conversation: log.conversation, after: log.seq }),
      after: () => log.seq,
      async conversation() {
        if (!log.conversation) {
          const { conversation } = await api('/conversation', {});
          remember(conversation.id || conversation);
        }
        return log.conversation;
      },
      frame: receive,
    },
    // One after the other: the last to be asked for is the one that counts.
    prepare: () => (session ||= line = line.then(openSession, openSession)),
    ready() {
      resumed(log);
      again();
      setTimeout(() => {
        dropStale(log);
        changed();
      }, STALE);
    },
    mend(code) {
      // A new session also says why nobody is let in, 4003.
      if (code < 4004) session = null;
      else remember(null);
      return !chat.denied;
    },
    state(online) {
      chat.online = online;
      changed();
    },
    reachable: () => api('/config').then(() => true, (error) => !!error.status),
  });

  async function openSession() {
    const { identity, ...rest } = details;
    const token = store.get('token');
    // A proof is good for a short time, what came of it for longer: it is shown once.
    const proof = identity?.token?.slice(-43);
    const shown = token && proof === store.get('proof');
    try {
      const { token: fresh, visitor: { id }, conversation, config } = await api('/session', { ...rest, ...(token && { token }), ...(!shown && { identity }) });
      const before = store.get('visitor');
      if (before && before !== id) {
        outbox.settle();
        remember(null);
      }
      store.set('visitor', id);
      store.set('token', fresh);
      if (identity) store.set('proof', proof);
      chat.denied = '';
      if (conversation) remember(conversation);
      emit('settings', config);
    } catch (error) {
      session = null;
      if (error.status > 399 && error.status < 405) (await import('./more/refused.js')).refused(error, chat, store, details, identity, emit);
      throw error;
    }
  }

  /** @param {string|null} id */
  function remember(id) {
    if (id === log.conversation) return;
    // A first id is the name of the log we have; another one is another log.
    if (log.conversation) {
      log = createLog(id);
      outbox.settle(Infinity);
      head = read = 0;
    }
    log.conversation = id;
    store.set('conversation', id);
  }

  function receive(frame) {
    const { type, client_id, seq } = frame;
    if (type === 'ready') {
      remember(frame.conversation.id);
      log.status = frame.conversation.status;
      head ||= seq;
    } else if (type === 'ack') {
      refusals = 0;
      outbox.mark(client_id, { state: 'acked', seq });
      outbox.settle(log.seq);
    } else if (frame.retry_after) {
      // Nothing was stored, and it may go through later.
      clearTimeout(held);
      held = setTimeout(again, frame.retry_after * 1000 + backoff(refusals++, { ...TIMING, ...timing }));
    } else if (type === 'settings') emit(type, frame.config);
    else if (type === 'error') {
      outbox.mark(client_id, { state: 'failed' });
      emit('error', { code: frame.code, detail: frame.detail });
    } else {
      const change = apply(log, frame);
      if (change === 'gap') return connection.renew();
      if (change) settled(frame);
    }
    changed();
  }

  function settled(event) {
    outbox.settle(event.seq, event.client_id);
    // Streams and polls do not say where history ends; what was read before the reload is history too.
    if (event.seq > Math.max(head, read)) {
      if (event.type === 'message') emit('message', event);
      else if (event.status === 'waiting' || event.status === 'human') emit('handoff', event);
    }
    countUnread();
  }

  function countUnread() {
    // What stands in a tab behind others is not read.
    if (visible && !document.hidden && read < log.seq) {
      store.set('read', (read = log.seq));
      connection.send({ type: 'read', seq: read });
    }
    emit('unread', unread(log, read));
  }

  /** Whatever has no ack goes anew. */
  function again() {
    held = 0;
    outbox.reconnected();
    flush();
  }

  function flush() {
    if (chat.online && !held) outbox.take().forEach(({ client_id, text, attachments }) => connection.send({ type: 'say', client_id, text, attachments }));
    changed();
  }

  const chat = {
    api,
    outbox,
    log: () => log,
    online: false,
    /** Why there is no chat here. */
    denied: '',
    /** message id → what the visitor thought of it. */
    votes: store.get('votes') || {},
    /** `renew` starts it; `send` is for what needs no memory: human, stop, rate, typing. */
    ...connection,
    /** @param {string} text @param {string[]} [attachments] their ids */
    say(text, attachments) {
      outbox.add(text, attachments);
      flush();
    },
    /** @param {string} id */
    retry(id) {
      outbox.mark(id, { state: 'pending' });
      flush();
    },
    /** @param {string} message @param {'up'|'down'} value @param {string} [comment] */
    vote(message, value, comment) {
      store.set('votes', Object.assign(chat.votes, { [message]: value }));
      connection.send({ type: 'feedback', message, value, comment });
      changed();
    },
    /** Is the panel in sight? @param {boolean} on */
    show(on = visible) {
      visible = on;
      countUnread();
    },
    /** New identity, attributes or locale: the session is made again, the conversation goes on. */
    introduce(more) {
      Object.assign(details, more);
      session = null;
      connection.renew();
    },
  };
  return chat;
}

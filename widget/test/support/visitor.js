/** A visitor without a browser: the chat's logic with a storage in memory and impatient timers. */
import { createChat } from '../../src/frame/chat.js';
import { createStore } from '../../src/frame/storage.js';
import { TestSocket } from './websocket.js';

globalThis.WebSocket = /** @type {any} */ (TestSocket);
/** In front of all others. */
globalThis.document ??= /** @type {any} */ ({ hidden: false });

const IMPATIENT = { open: 300, quiet: 400, grace: 100, first: 5, cap: 50, hold: 60000, wait: 1 };

export function visit(server, { area = {}, timing, ...options } = {}) {
  const emitted = [];
  const watchers = new Set();
  const store = createStore('acme', () => area);
  const chat = createChat({
    base: server.base,
    store,
    details: { locale: 'en' },
    timing: { ...IMPATIENT, ...timing },
    changed: () => watchers.forEach((look) => look()),
    emit: (name, data) => emitted.push([name, data]),
    ...options,
  });
  const visitor = {
    chat,
    area,
    store,
    emitted,
    texts: () => chat.log().items.filter((item) => item.type === 'message').map((item) => item.text),
    seqs: () => chat.log().items.map((item) => item.seq),
    /** Waits for a state of the chat, never for an amount of time. */
    until: (wanted, what = wanted) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`never: ${what}; have ${JSON.stringify(visitor.texts())}`)), 8000);
        const look = () => {
          if (!wanted()) return;
          clearTimeout(limit);
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
  chat.renew();
  return visitor;
}

/**
 * What the frame remembers, keyed by space. Browsers that forbid storage in third-party frames throw
 * on access; the host page then keeps it for us, as one text.
 *
 * @typedef {ReturnType<typeof createStore>} Store
 * @param {string} space
 * @param {() => Record<string, any>} open a function, because even naming `localStorage` may throw
 * @param {string} [kept] what the host page has kept; where we keep our own, that it had all forgotten
 *   before there was a frame to do so
 * @param {(text: string) => void} [keep] has it keep something
 */
export function createStore(space, open = () => localStorage, kept = '', keep) {
  const prefix = `parlance:${space}:`;
  /** @type {Record<string, any>} */
  let area;
  let ours = true;
  try {
    area = open();
    area[prefix] = '';
    delete area[prefix];
  } catch {
    ours = false;
    area = JSON.parse(kept || '{}');
  }
  const store = {
    /** @param {string} key @returns {any} */
    get: (key) => JSON.parse(area[prefix + key] || null),
    /** @param {string} key @param {any} [value] none removes it */
    set(key, value) {
      if (value == null) delete area[prefix + key];
      else area[prefix + key] = JSON.stringify(value);
      if (!ours) keep?.(JSON.stringify(area));
    },
    keys: () => Object.keys(area).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    clear: () => store.keys().forEach((key) => store.set(key)),
  };
  if (ours && kept) {
    store.clear();
    keep?.('');
  }
  return store;
}

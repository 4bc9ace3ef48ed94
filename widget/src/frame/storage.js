/**
 * What the frame remembers, keyed by space. Browsers that forbid storage in third-party frames throw
 * on access; the chat then works from memory until the page is left.
 *
 * @typedef {ReturnType<typeof createStore>} Store
 * @param {string} space
 * @param {() => Record<string, any>} open a function, because even naming `localStorage` may throw
 */
export function createStore(space, open = () => localStorage) {
  const prefix = `parlance:${space}:`;
  /** @type {Record<string, any>} */
  let area = {};
  try {
    area = open();
    area[prefix] = '';
    delete area[prefix];
  } catch {
    area = {};
  }
  const store = {
    /** @param {string} key @returns {any} */
    get: (key) => JSON.parse(area[prefix + key] || null),
    /** @param {string} key @param {any} [value] none removes it */
    set(key, value) {
      if (value == null) delete area[prefix + key];
      else area[prefix + key] = JSON.stringify(value);
    },
    keys: () => Object.keys(area).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    clear: () => store.keys().forEach((key) => store.set(key)),
  };
  return store;
}

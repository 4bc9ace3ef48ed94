import { gzipSync } from 'node:zlib';

/** Gzipped scripts that somebody loads who comes to the inbox. */
const LIMIT = 200 * 1024;
/** What the inbox shows, whichever chunk it is in. */
const NEEDED = ['app/Shell.tsx', 'inbox/InboxPage.tsx', 'inbox/ConversationPage.tsx'];

/** Prints how heavy the first load of the inbox is, and fails the build where that is over its limit. */
export const firstLoad = () => ({
  name: 'first-load',
  apply: 'build',
  writeBundle(_, bundle) {
    const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
    const has = (chunk, file) => Object.keys(chunk.modules).some((module) => module.endsWith(`/src/${file}`));
    const lost = NEEDED.filter((file) => !chunks.some((chunk) => has(chunk, file)));
    if (lost.length > 0) this.error(`size.mjs counts files that are not there: ${lost.join(', ')}`);
    const loaded = new Set();
    const load = (chunk) => {
      if (loaded.has(chunk)) return;
      loaded.add(chunk);
      for (const name of chunk.imports) load(bundle[name]);
    };
    chunks.filter((chunk) => has(chunk, 'main.tsx') || NEEDED.some((file) => has(chunk, file))).forEach(load);
    const total = [...loaded].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
    console.log(`the inbox        ${total.toLocaleString('en')} B gzipped of ${LIMIT.toLocaleString('en')}`);
    if (total > LIMIT) this.error('the first load of the inbox is over its limit: load on demand what it does not need');
  },
});

/**
 * Builds `dist/` and fails when it is heavier than promised: 2,048 bytes for what every page of the
 * customer's site pays, 12 KB for everything that
 * opening the chat and talking in it loads. What is fetched on demand (`more.js`: the fallback for
 * blocked sockets, the source card, ratings, the questions before a chat; a language other than
 * English; `files.js`, for files that are sent) has limits of its own. Gzipped at level 9, and kept like that beside each file (`.gz`,
 * and `.br` for those who take it), so that what is measured here is what goes over the wire.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'terser';

const LOADER_LIMIT = 2048;
const TOTAL_LIMIT = 12 * 1024;
const MORE_LIMIT = 3072;
const FILES_LIMIT = 2048;
const here = dirname(fileURLToPath(import.meta.url));
const src = join(here, 'src');
const dist = join(here, 'dist');

/**
 * Our own names for things that never meet the wire, the DOM or a string, so that they can be short.
 * A name that does must not be added here: nothing would say so until it breaks.
 */
const INTERNAL = /^(outbox|introduce|reconnected|settle|mark|drafts|items|fresh|stale|votes|vote|renew|check|online|prepare|mend|reachable|changed|details|timing|quiet|grace|cap|hold|retryAfter|questions|writer|update|alive|denied|wire|lost|lose|draft|node|rev|emit|ready)$/;
const mangleCache = {};

const options = { bundle: true, minify: true, write: false, charset: 'utf8', legalComments: 'none', target: 'es2022', logLevel: 'warning' };

/** What esbuild keeps in the values of custom properties, where space could matter and here does not. */
const tighten = (css) => css.trim().replace(/(--[\w-]+): | ;|, /g, (space, name) => (name ? `${name}:` : space.trim()));

/** A stylesheet inside a script is minified like one outside. */
const cssAsText = {
  name: 'css-as-text',
  setup: (plugin) =>
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: tighten(code), loader: 'text' };
    }),
};

/** What is fetched on demand, and what that shares with the frame, are addresses and not contents. */
const elsewhere = (filter, file) => ({
  name: `elsewhere-${file}`,
  setup: (plugin) => plugin.onResolve({ filter }, () => ({ path: `/widget/${file}?v=VERSION`, external: true })),
});

async function bundle(entry, more) {
  const result = await build({ ...options, format: 'esm', entryPoints: [join(src, entry)], mangleCache, ...more });
  Object.assign(mangleCache, result.mangleCache);
  const { text } = result.outputFiles[0];
  if (entry.endsWith('.css')) return tighten(text);
  // Another tenth off. No getter of ours does anything, no function has a `this`, and built-ins are as they were.
  return (await minify(text, { module: more?.format !== 'iife', ecma: 2020, compress: { passes: 3, unsafe: true, unsafe_arrows: true, hoist_funs: true, pure_getters: true }, format: { comments: false } })).code;
}

/** Whitespace between tags is of no use here, nor are quotes around a word. */
const squeeze = (html) => html.replace(/\s*\n\s*/g, '').replace(/="([\w-]+)"/g, '=$1');

const languages = (await readdir(join(src, 'strings'))).filter((name) => name !== 'en.js').sort();
const files = {
  'loader.js': await bundle('loader.js', { format: 'iife', plugins: [cssAsText] }),
  'frame.html': squeeze(await readFile(join(src, 'frame.html'), 'utf8')),
  'frame.css': await bundle('frame.css'),
  'frame.js': await bundle('frame/main.js', { mangleProps: INTERNAL, plugins: [elsewhere(/^\.\/more\//, 'more.js'), elsewhere(/^\.\/files\//, 'files.js')] }),
  'more.js': await bundle('frame/more/index.js', { mangleProps: INTERNAL, plugins: [cssAsText, elsewhere(/^\.\.\/(dom|markdown|strings)\.js$/, 'frame.js')] }),
  'files.js': await bundle('frame/files/index.js', { mangleProps: INTERNAL, plugins: [cssAsText, elsewhere(/^\.\.\/(dom|strings)\.js$/, 'frame.js')] }),
};
// The frame calls these by their names, which are those of no property that is made shorter.
for (const file of ['more.js', 'files.js']) {
  for (const [, name] of files[file].matchAll(/\bas (\w+)/g)) {
    if (INTERNAL.test(name)) throw new Error(`${file} exports ${name}, a name that is mangled elsewhere`);
  }
}
for (const name of languages) files[`strings/${name}`] = await bundle(`strings/${name}`);

// One version for all, because they belong together: a change in any of them is a new address for each.
const version = createHash('sha256').update(Object.values(files).join('\0')).digest('hex').slice(0, 12);
await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'strings'), { recursive: true });
for (const name in files) {
  const file = Buffer.from(files[name].replaceAll('VERSION', version));
  files[name] = { '': file, '.gz': gzipSync(file, { level: 9 }), '.br': brotliCompressSync(file) };
  for (const coding in files[name]) await writeFile(join(dist, name + coding), files[name][coding]);
}

const size = (name) => files[name]['.gz'].length;
const row = (name, bytes, limit) => console.log(`${name.padEnd(16)} ${String(bytes).padStart(6)} B gzipped${limit ? ` of ${limit}` : ''}`);
const first = ['loader.js', 'frame.html', 'frame.css', 'frame.js'];
const total = first.reduce((sum, name) => sum + size(name), 0);
for (const name of first) row(name, size(name), name === 'loader.js' && LOADER_LIMIT);
row('the chat', total, TOTAL_LIMIT);
row('more.js', size('more.js'), MORE_LIMIT);
row('files.js', size('files.js'), FILES_LIMIT);
row('a language', Math.max(...languages.map((name) => size(`strings/${name}`))));
if (size('loader.js') > LOADER_LIMIT || total > TOTAL_LIMIT || size('more.js') > MORE_LIMIT || size('files.js') > FILES_LIMIT) {
  console.error('the widget is over its limit: make it smaller');
  process.exit(1);
}

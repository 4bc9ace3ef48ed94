/**
 * Builds `dist/` and fails when it is heavier than promised: 2,048 bytes for what every page of the
 * customer's site pays, 12 KB for all of the chat. Gzipped at level 9, as the server sends it.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const LOADER_LIMIT = 2048;
const TOTAL_LIMIT = 12 * 1024;
const here = dirname(fileURLToPath(import.meta.url));
const src = join(here, 'src');
const dist = join(here, 'dist');

const options = { bundle: true, minify: true, write: false, charset: 'utf8', legalComments: 'none', target: 'es2022', logLevel: 'warning' };
const hash = (...texts) => createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);

/** A stylesheet inside a script is minified like one outside. */
const cssAsText = {
  name: 'css-as-text',
  setup: (plugin) =>
    plugin.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trim(), loader: 'text' };
    }),
};

async function bundle(entry, more) {
  const { outputFiles } = await build({ ...options, entryPoints: [join(src, entry)], ...more });
  return outputFiles[0].text;
}

async function strings() {
  const names = (await readdir(join(src, 'strings'))).filter((name) => name !== 'en.js').sort();
  return Promise.all(names.map(async (name) => [`strings/${name}`, await bundle(`strings/${name}`, { format: 'esm' })]));
}

/** Whitespace between tags is of no use here, but between words it is. */
const squeeze = (html) => html.replace(/<!--[^]*?-->/g, '').replace(/\s*\n\s*/g, '').replace(/ +/g, ' ');

const languages = await strings();
const stringsHash = hash(...languages.flat());
const loader = await bundle('loader.js', { format: 'iife', plugins: [cssAsText] });
const js = await bundle('frame/main.js', { format: 'esm', define: { STRINGS: JSON.stringify(stringsHash) } });
const css = await bundle('frame.css');
const html = squeeze(await readFile(join(src, 'frame.html'), 'utf8'))
  .replace('/widget/frame.js', `/widget/frame.js?v=${hash(js)}`)
  .replace('/widget/frame.css', `/widget/frame.css?v=${hash(css)}`);

const chat = [['loader.js', loader], ['frame.html', html], ['frame.css', css], ['frame.js', js]];
await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'strings'), { recursive: true });
for (const [name, text] of [...chat, ...languages]) await writeFile(join(dist, name), text);

const size = (text) => gzipSync(text, { level: 9 }).length;
const row = (name, bytes, limit) => console.log(`${name.padEnd(16)} ${String(bytes).padStart(6)} B gzipped${limit ? ` of ${limit}` : ''}`);
const total = chat.reduce((sum, [, text]) => sum + size(text), 0);
for (const [name, text] of chat) row(name, size(text), name === 'loader.js' && LOADER_LIMIT);
row('all', total, TOTAL_LIMIT);
row('a language', Math.max(...languages.map(([, text]) => size(text))));
if (size(loader) > LOADER_LIMIT || total > TOTAL_LIMIT) {
  console.error('the widget is over its limit; make it smaller, or move what is rare behind a lazy import');
  process.exit(1);
}

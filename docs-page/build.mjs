/**
 * Builds `dist/`: the page, and what it loads under the hash of its content, each with its compressed
 * forms beside it (`.gz`, and `.br` for those who take it). The package comes as one script that fetches
 * nothing but what it is told to.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const package_ = join(here, 'node_modules/openapi-explorer');

await rm(dist, { recursive: true, force: true });
await mkdir(dist);

async function write(name, content) {
  await writeFile(join(dist, name), content);
  await writeFile(join(dist, `${name}.gz`), gzipSync(content, { level: 9 }));
  await writeFile(join(dist, `${name}.br`), brotliCompressSync(content));
}

let page = await readFile(join(here, 'src/index.html'), 'utf8');
for (const [name, file] of [
  ['explorer.js', join(package_, 'dist/browser/openapi-explorer.min.js')],
  ['page.css', join(here, 'src/page.css')],
]) {
  const content = await readFile(file);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const hashed = name.replace('.', `-${hash}.`);
  await write(hashed, content);
  page = page.replace(`/docs/${name}`, `/docs/${hashed}`);
}
await write('index.html', page);
// Its licence asks to go along.
await writeFile(join(dist, 'LICENSE.txt'), await readFile(join(package_, 'LICENSE')));

// Answers that are nearly Markdown: what is made of them is safe, whole, and made in no time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../src/frame/markdown.js';

const PIECES = ['**', '*', '_', '`', '```\n', '\n', '\n\n', '- ', '1. ', '> ', '# ', '[', '](', ')', '[a](javascript:x)', '[a](https://a.example)', '![p](https://t.example)', '<img src=x onerror=x>', '[S1]', '[S', ' ', 'word', 'https://b.example/x', 'mailto:a@b.example', 'é', '🦀', '\u202e', '\0', '\t', '|'];
const ALLOWED = new Set(['', 'p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'h4', 'h5', 'h6', 'blockquote', 'a', 'cite', 'hr']);

/** Mulberry32: the same numbers for the same seed. */
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const nodes = (tree) => tree.flatMap((node) => [node, ...nodes(node.children || [])]);

test('whatever a model says becomes text, and links that are safe', () => {
  const runs = Number(process.env.FUZZ_RUNS || 3000);
  for (let seed = 1; seed <= runs; seed++) {
    const roll = dice(seed);
    const raw = Array.from({ length: 1 + Math.floor(roll() * 24) }, () => PIECES[Math.floor(roll() * PIECES.length)]).join('');
    for (const node of nodes(parse(raw))) {
      const about = `seed ${seed}: ${JSON.stringify(raw)}`;
      assert.ok(ALLOWED.has(node.tag), `<${node.tag}> of ${about}`);
      if (node.href !== undefined) assert.match(node.href, /^(https?:|mailto:)/i, about);
      if (node.tag === '' && node.at !== undefined) assert.ok(node.at >= 0 && node.at <= raw.length, about);
    }
  }
});

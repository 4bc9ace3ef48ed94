import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inline, parse, plain, safeUrl } from '../src/frame/markdown.js';

/** The tree as markup, to read it; nothing in the product does this. */
const show = (nodes) =>
  nodes.map((node) => (node.tag === '' ? node.text : `<${node.tag}${node.href ? ` ${node.href}` : ''}${node.n ? ` ${node.n}` : ''}>${node.children ? show(node.children) + `</${node.tag}>` : ''}`)).join('');
const md = (text) => show(parse(text));
const texts = (nodes) => nodes.flatMap((node) => (node.tag === '' ? [node] : texts(node.children || [])));
const tags = (nodes) => nodes.flatMap((node) => [node.tag, ...tags(node.children || [])]);

test('reads what an answer needs', () => {
  assert.equal(md('**bold** and *it* and `co*de*`'), '<p><strong>bold</strong> and <em>it</em> and <code>co*de*</code></p>');
  assert.equal(md('a\nb\n\nc'), '<p>a<br>b</p><p>c</p>');
  assert.equal(md('- a\n- **b**'), '<ul><li>a</li><li><strong>b</strong></li></ul>');
  assert.equal(md('3. a\n4. b'), '<ol><li>a</li><li>b</li></ol>');
  assert.equal(parse('3. a')[0].start, '3');
  assert.equal(md('## Title\ntext'), '<h4>Title</h4><p>text</p>');
  assert.equal(md('```js\nif (a < b) **x**\n\n# y\n```\nz'), '<pre>if (a < b) **x**\n\n# y\n</pre><p>z</p>');
  assert.equal(md('see [the page](https://a.example/x) or https://b.example/y.'), '<p>see <a https://a.example/x>the page</a> or <a https://b.example/y>https://b.example/y</a>.</p>');
  assert.equal(md('24 months [S1], really. [S12]'), '<p>24 months,<cite 1> really.<cite 12></p>');
});

test('is read aloud as it is meant, and not as it is written', () => {
  const aloud = (text) => plain({ children: parse(text) }).trim();
  assert.equal(aloud('**Acme** covers _every_ `robot` for 24 months [S1], see [the page](https://a.example/x_y).'), 'Acme covers every robot for 24 months, see the page.');
  assert.equal(aloud('# Steps\nBefore\nand after:\n- one\n- **two**\n\n3. three'), 'Steps Before and after: one two three');
  assert.equal(aloud('snake_case_name, 2 * 3, C# and #42'), 'snake_case_name, 2 * 3, C# and #42');
  assert.equal(aloud('```\nlet a;\n```'), 'let a;');
});

test('leaves alone what only looks like it', () => {
  assert.equal(md('2 * 3 * 4 and snake_case_name'), '<p>2 * 3 * 4 and snake_case_name</p>');
  assert.equal(md('an open **bold'), '<p>an open **bold</p>');
});

test('no HTML comes of HTML', () => {
  for (const evil of ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">x</a>', '<style>*{}</style>']) {
    assert.deepEqual(tags(parse(evil)), ['p', ''], evil);
    assert.equal(texts(parse(evil))[0].text, evil);
  }
});

test('only http, https and mailto become links', () => {
  for (const evil of ['javascript:alert(1)', 'JaVaScRiPt:alert`1`', 'data:text/html,<b>x', 'vbscript:x', 'file:///etc/passwd', '//evil.example', 'java\tscript:alert(1)', '\u0001javascript:alert(1)']) {
    const found = tags(parse(`[click](${evil})`));
    assert.ok(!found.includes('a'), evil);
  }
  assert.equal(safeUrl('mailto:help@acme.example'), 'mailto:help@acme.example');
  assert.equal(safeUrl('blob:https://a.example/1'), undefined);
});

test('images never load: the words for them remain', () => {
  assert.equal(md('![a cat](https://tracker.example/pixel.png)'), '<p>a cat</p>');
  const tree = parse('[![x](https://t.example/p.png)](https://a.example)');
  assert.ok(!tags(tree).includes('img'));
});

test('every piece of text knows its place in the raw text', () => {
  const raw = 'A **b _c_** 😀 [d](https://d.example) `e`\n\n1. **f** g [S1] h\n2. i\n   more\n\n> j\n\n```\nk\n```';
  for (const block of parse(raw)) {
    for (const { text, at } of texts([block])) if (block.tag !== 'pre') assert.equal(raw.slice(at, at + text.length), text);
  }
  assert.ok(inline('x *y*').every((node) => node.at >= 0));
});

test('a block that has ended does not change while more comes', () => {
  const raw = 'First **a**.\n\n- one\n- two\n\n```\ncode\n```\nlast';
  let before = [];
  for (let end = 1; end <= raw.length; end++) {
    const blocks = parse(raw.slice(0, end));
    for (const [i, block] of before.slice(0, -1).entries()) assert.deepEqual(blocks[i].children, block.children);
    before = blocks;
  }
});

test('hostile text takes no long time', () => {
  for (const piece of ['**a', '*a', '[', '`', '[a](', '_a ', '![', 'http://', '> - ']) {
    const started = performance.now();
    parse(piece.repeat(4000));
    assert.ok(performance.now() - started < 1500, piece);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceUrl } from '../src/frame/more/source.js';
import { createParser } from '../src/frame/more/sse.js';

const base = 'https://chat.example/widget/acme/frame';

test('a source opens at its page, unless its address already says where', () => {
  assert.equal(sourceUrl({ url: '/documents/1', page: 3 }, base), 'https://chat.example/documents/1#page=3');
  assert.equal(sourceUrl({ url: 'https://a.example/x.pdf#page=2', page: 3 }, base), 'https://a.example/x.pdf#page=2');
  assert.equal(sourceUrl({ url: 'https://a.example/#:~:text=hi', page: 3 }, base), 'https://a.example/#:~:text=hi');
  assert.equal(sourceUrl({ url: 'https://a.example/', page: null }, base), 'https://a.example/');
});

test('a source without a safe address has no link', () => {
  for (const url of [null, '', 'javascript:alert(1)', 'data:text/html,x']) assert.equal(sourceUrl({ url, page: 1 }, base), undefined);
});

test('server-sent events, split anywhere, with any line ends', () => {
  const text = 'event: a\r\nid: 1\r\ndata: {"x":1}\r\n\r\n: comment\n\ndata: one\ndata: two\n\ndata:tight\n\n';
  for (let size = 1; size < text.length; size++) {
    const seen = [];
    const feed = createParser((data) => seen.push(data.trim()));
    for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size));
    assert.deepEqual(seen, ['{"x":1}', 'one\n two', 'tight']);
  }
});

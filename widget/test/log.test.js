import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, createLog, dropStale, resumed, unread } from '../src/frame/log.js';

const message = (seq, more) => ({ type: 'message', seq, id: `m${seq}`, author: { kind: 'assistant' }, text: `text ${seq}`, state: 'complete', ...more });
const delta = (n, text) => ({ type: 'answer.delta', message: 'm9', n, text });
const draft = (log) => log.drafts.get('m9')?.text;

test('a durable event counts once', () => {
  const log = createLog();
  assert.equal(apply(log, message(1)), 'new');
  assert.equal(apply(log, message(1)), undefined);
  assert.equal(log.items.length, 1);
});

test('a gap is reported and changes nothing, until a resume has replayed what there is', () => {
  const log = createLog();
  apply(log, message(1));
  assert.equal(apply(log, message(3)), 'gap');
  assert.equal(log.seq, 1);
  resumed(log);
  for (const seq of [2, 3]) assert.equal(apply(log, message(seq)), 'new');
  assert.deepEqual(log.items.map((item) => item.seq), [1, 2, 3]);
});

test('a gap in the replay itself is not asked about for ever', () => {
  const log = createLog();
  apply(log, message(1));
  assert.equal(apply(log, message(4)), 'gap');
  resumed(log);
  assert.equal(apply(log, message(4)), 'new');
  assert.equal(log.seq, 4);
});

test('an event of a later version moves the log on and shows nothing', () => {
  const log = createLog();
  assert.equal(apply(log, { type: 'poll', seq: 1 }), 'new');
  assert.equal(apply(log, message(2)), 'new');
  assert.equal(log.items.length, 1);
});

test('deltas add up by number: repeated ones are ignored, a skipped one asks for a snapshot', () => {
  const log = createLog();
  apply(log, { type: 'answer.start', message: 'm9' });
  for (const [n, text] of [[0, 'Hel'], [1, 'lo'], [0, 'Hel'], [1, 'lo']]) apply(log, delta(n, text));
  assert.equal(draft(log), 'Hello');
  assert.equal(apply(log, delta(3, '!')), 'gap');
  assert.equal(draft(log), 'Hello');
});

test('a snapshot replaces, and the deltas go on from it', () => {
  const log = createLog();
  apply(log, delta(0, 'Hel'));
  resumed(log);
  apply(log, { type: 'answer.snapshot', message: 'm9', n: 3, text: 'Hello wor' });
  apply(log, delta(2, 'wor'));
  apply(log, delta(3, 'ld'));
  assert.equal(draft(log), 'Hello world');
});

test('the durable message ends the draft, and a late delta does not bring it back', () => {
  const log = createLog();
  apply(log, delta(0, 'Hel'));
  apply(log, message(1, { id: 'm9', text: 'Hello' }));
  apply(log, delta(1, 'lo'));
  assert.equal(log.drafts.size, 0);
  assert.equal(log.items[0].text, 'Hello');
});

test('claims gather on the draft', () => {
  const log = createLog();
  const claim = { start: 0, end: 3, sources: [1], support: 0.2 };
  apply(log, delta(0, 'Hel'));
  apply(log, { type: 'answer.claim', message: 'm9', claim });
  assert.deepEqual(log.drafts.get('m9').claims, [claim]);
});

test('a draft nobody speaks of after a resume is dropped, one that goes on is kept', () => {
  const log = createLog();
  apply(log, delta(0, 'dead'));
  resumed(log);
  dropStale(log);
  assert.equal(log.drafts.size, 0);
  apply(log, delta(0, 'alive'));
  resumed(log);
  apply(log, delta(1, ' still'));
  dropStale(log);
  assert.equal(draft(log), 'alive still');
});

test('status, typing and read marks', () => {
  const log = createLog();
  apply(log, { type: 'status', seq: 1, status: 'human', by: { kind: 'agent', name: 'Ava' } });
  assert.equal(log.status, 'human');
  apply(log, { type: 'typing', author: { kind: 'agent', name: 'Ava' }, on: true });
  assert.equal(log.typing.name, 'Ava');
  apply(log, message(2, { author: { kind: 'agent', name: 'Ava' } }));
  assert.equal(log.typing, null);
  apply(log, { type: 'read', by: 'agent', seq: 1 });
  assert.deepEqual([log.seen, log.seq], [1, 2]);
});

test('the badge counts messages by others', () => {
  const log = createLog();
  apply(log, message(1, { author: { kind: 'visitor' } }));
  apply(log, message(2));
  apply(log, { type: 'status', seq: 3, status: 'waiting' });
  apply(log, message(4, { author: { kind: 'agent' } }));
  assert.deepEqual([0, 2, 4].map((read) => unread(log, read)), [2, 1, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutbox } from '../src/frame/outbox.js';
import { createStore } from '../src/frame/storage.js';

const setup = (area = {}) => ({ area, outbox: createOutbox(createStore('acme', () => area)) });
const ids = (items) => items.map((item) => item.text);

test('each message goes out once per connection, in order', () => {
  const { outbox } = setup();
  outbox.add('a');
  outbox.add('b');
  assert.deepEqual(ids(outbox.take()), ['a', 'b']);
  assert.deepEqual(outbox.take(), []);
  outbox.reconnected();
  assert.deepEqual(ids(outbox.take()), ['a', 'b']);
});

test('ids are UUIDs and differ', () => {
  const { outbox } = setup();
  for (let i = 0; i < 50; i++) outbox.add('x');
  const found = outbox.all().map((item) => item.client_id);
  assert.equal(new Set(found).size, 50);
  for (const id of found) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('an acknowledged message is not sent again, and stays until the log shows it', () => {
  const { outbox } = setup();
  outbox.add('a');
  const [{ client_id }] = outbox.take();
  outbox.mark(client_id, { state: 'acked', seq: 4 });
  outbox.reconnected();
  assert.deepEqual(outbox.take(), []);
  outbox.settle(3);
  assert.equal(outbox.all().length, 1);
  outbox.settle(4);
  assert.equal(outbox.all().length, 0);
});

test('the log may confirm a message before its ack comes', () => {
  const { outbox } = setup();
  outbox.add('a');
  const [{ client_id }] = outbox.take();
  outbox.settle(4, client_id);
  outbox.mark(client_id, { state: 'acked', seq: 4 });
  assert.equal(outbox.all().length, 0);
});

test('a reload keeps what has no ack, with its id and order', () => {
  const { outbox, area } = setup();
  for (const text of ['a', 'b', 'c']) outbox.add(text);
  const before = outbox.all().map((item) => item.client_id);
  const again = setup(area).outbox;
  assert.deepEqual(again.take().map((item) => item.client_id), before);
});

test('two tabs do not lose each other’s messages', () => {
  const area = {};
  const [one, two] = [setup(area).outbox, setup(area).outbox];
  one.add('from one');
  two.add('from two');
  assert.deepEqual(ids(setup(area).outbox.all()).sort(), ['from one', 'from two']);
});

test('a refused message waits for the visitor, and goes again under the same id', () => {
  const { outbox } = setup();
  outbox.add('a');
  const [{ client_id }] = outbox.take();
  outbox.mark(client_id, { state: 'failed' });
  outbox.reconnected();
  assert.deepEqual(outbox.take(), []);
  outbox.mark(client_id, { state: 'pending' });
  assert.deepEqual(outbox.take().map((item) => item.client_id), [client_id]);
});

test('without storage it works from memory', () => {
  const outbox = createOutbox(createStore('acme', () => { throw new Error('denied'); }));
  outbox.add('a');
  assert.deepEqual(ids(outbox.take()), ['a']);
});

test('a frame that may store nothing has the host page keep it', () => {
  const forbidden = () => {
    throw new Error('SecurityError');
  };
  let kept;
  const keep = (text) => (kept = text);
  const first = createOutbox(createStore('acme', forbidden, undefined, keep));
  first.add('hello');
  const second = createOutbox(createStore('acme', forbidden, kept, keep));
  assert.equal(JSON.stringify(second.all()), JSON.stringify(first.all()));
});

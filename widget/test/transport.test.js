import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANSWER } from './support/conversation.js';
import { startServer } from './support/server.js';
import { visit } from './support/visitor.js';

const whole = ANSWER.join('');

/** A server and a visitor, both gone at the end of the test. */
async function chatting(t, serverOptions, visitorOptions) {
  const server = await startServer(serverOptions);
  const visitor = visit(server, visitorOptions);
  t.after(async () => {
    visitor.chat.stop();
    await server.stop();
  });
  return { server, visitor, chat: visitor.chat, ...visitor };
}

/** The one thing that must hold on every path: asked once, answered once, whole. */
function assertWhole(server, visitor, question) {
  assert.deepEqual(visitor.texts(), [question, whole]);
  assert.deepEqual(visitor.seqs(), [1, 2]);
  assert.deepEqual(server.only().events.map((event) => event.seq), [1, 2]);
  assert.equal(visitor.chat.outbox.all().length, 0);
}

test('over the socket', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
  assert.equal(chat.mode(), 0);
});

test('an answer grows while it is written', async (t) => {
  const { chat, until, visitor } = await chatting(t, { pace: 3 });
  chat.say('warranty?');
  const lengths = new Set();
  await until(() => {
    for (const draft of chat.log().drafts.values()) lengths.add(draft.text.length);
    return visitor.texts().length === 2;
  });
  assert.ok(lengths.size > 10);
});

test('a blocked socket gives way to a stream', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { socket: 'refuse' } });
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
  assert.equal(chat.mode(), 1);
});

test('a stream whose token ends goes on with a new one', async (t) => {
  const { server, visitor, chat, until, emitted } = await chatting(t, { faults: { socket: 'refuse' } });
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  const before = server.requests.length;
  server.expire();
  await until(() => !chat.online);
  await until(() => chat.online);
  assert.deepEqual(server.requests.slice(before), ['POST session', 'GET conversation/events']);
  assert.equal(server.sessions.at(-1).token, visitor.store.get('token'));
  assert.deepEqual(emitted.filter(([name]) => name === 'error'), []);
  assertWhole(server, visitor, 'warranty?');
});

test('a blocked stream gives way to polling', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { socket: 'refuse', events: 'refuse' } });
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
  assert.equal(chat.mode(), 2);
});

test('so does a stream that a proxy holds back', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { socket: 'refuse', events: 'silent' } });
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
  assert.equal(chat.mode(), 2);
});

test('everything but messages goes over the fallback too', async (t) => {
  const { server, chat, until } = await chatting(t, { faults: { socket: 'refuse' } });
  await until(() => chat.online);
  chat.send({ type: 'human' });
  await until(() => chat.log().status === 'waiting');
  chat.vote('m', 'up');
  chat.send({ type: 'rate', score: 5 });
  chat.say('hello');
  await until(() => chat.log().items.length === 2);
  assert.deepEqual(server.only().received.map((frame) => frame.type), ['human', 'feedback', 'rate', 'say']);
});

test('a server that is down is no reason for a lesser link', async (t) => {
  const { server, chat, until, visitor } = await chatting(t, { faults: { socket: 'refuse', down: true } });
  chat.say('warranty?');
  await until(() => server.requests.length > 6 || null, 'tries').catch(() => {});
  server.faults = {};
  await until(() => visitor.texts().length === 2);
  assert.equal(chat.mode(), 0);
});

for (const [mode, faults] of [['socket', {}], ['stream', { socket: 'refuse' }]]) {
  test(`a ${mode} cut again and again in mid-answer: the same text, nothing twice`, async (t) => {
    const { server, visitor, chat, until } = await chatting(t, { pace: 4, faults });
    chat.say('warranty?');
    for (let cut = 0; cut < 4; cut++) {
      const length = 40 * (cut + 1);
      await until(() => [...chat.log().drafts.values()].some((draft) => draft.text.length > length) || visitor.texts().length === 2);
      server.cut();
      server.streams?.forEach((stream) => stream.destroy());
    }
    await until(() => visitor.texts().length === 2);
    assertWhole(server, visitor, 'warranty?');
  });
}

test('a reload in mid-answer goes on where it was', async (t) => {
  const first = await chatting(t, { pace: 4 });
  first.chat.say('warranty?');
  await first.until(() => [...first.chat.log().drafts.values()].some((draft) => draft.text.length > 60));
  first.chat.stop();
  const second = visit(first.server, { area: first.area });
  t.after(() => second.chat.stop());
  await second.until(() => second.texts().length === 2);
  assertWhole(first.server, second, 'warranty?');
});

test('messages written offline go out once, in order, when there is a line', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { down: true, socket: 'refuse' } });
  chat.say('one');
  chat.say('two');
  assert.deepEqual(chat.outbox.all().map((item) => item.state), ['pending', 'pending']);
  server.faults = {};
  chat.renew();
  await until(() => chat.outbox.all().length === 0 && visitor.texts().length >= 2);
  const said = server.only().events.filter((event) => event.author.kind === 'visitor').map((event) => event.text);
  assert.deepEqual(said, ['one', 'two']);
});

test('a lost ack: the message goes again under its id and is there once', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { ack: 'lost' } });
  await until(() => chat.online);
  chat.say('warranty?');
  await until(() => !chat.online);
  server.faults = {};
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
});

for (const code of [4001, 4008, 4009]) {
  test(`close code ${code} resumes`, async (t) => {
    const { server, visitor, chat, until } = await chatting(t, { pace: 4 });
    chat.say('warranty?');
    await until(() => chat.log().drafts.size);
    server.cut(code);
    await until(() => visitor.texts().length === 2);
    assertWhole(server, visitor, 'warranty?');
  });
}

test('moved: comes back, after the time it was given', async (t) => {
  const { server, chat, until } = await chatting(t);
  await until(() => chat.online);
  const told = Date.now();
  for (const socket of server.sockets) socket.send(JSON.stringify({ type: 'moved', after_ms: 80 }));
  await until(() => !chat.online);
  await until(() => chat.online);
  assert.ok(Date.now() - told >= 80);
});

test('4001: a new session, then the same conversation', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  server.tokens.clear();
  server.cut();
  await until(() => !chat.online);
  await until(() => chat.online);
  assert.equal(server.sessions.length, 2);
  assertWhole(server, visitor, 'warranty?');
});

test('4003: whoever was blocked meanwhile is told by a session, and stays away', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  await until(() => chat.online);
  Object.assign(server.faults, { session: 403, code: 'blocked' });
  server.cut(4003);
  await until(() => chat.denied);
  assert.deepEqual([server.sessions.length, chat.online], [2, false]);
  assert.deepEqual(visitor.emitted.filter(([name]) => name === 'error'), [['error', { code: 'blocked', detail: undefined }]]);
});

test('4004: a new conversation, and what was not sent goes there', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, {}, { area: { 'parlance:acme:conversation': '"gone"' } });
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assertWhole(server, visitor, 'warranty?');
  assert.equal(visitor.store.get('conversation'), server.only().id);
});

test('4029: waits as long as it is told', async (t) => {
  const { server, chat, until } = await chatting(t);
  await until(() => chat.online);
  const told = Date.now();
  for (const socket of server.sockets) {
    socket.send(JSON.stringify({ type: 'error', code: 'rate_limited', retry_after: 5.2 }));
    socket.close(4029);
  }
  await until(() => !chat.online);
  await until(() => chat.online);
  assert.ok(Date.now() - told >= 5200);
});

test('a site that may not: says so once and stays away', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { session: 403 } });
  await until(() => chat.denied);
  assert.deepEqual(visitor.emitted, [['error', { code: 'forbidden', detail: undefined }]]);
  assert.equal(server.sessions.length, 1);
});

test('an error names the message that failed; trying again keeps its id', async (t) => {
  const { server, chat, until } = await chatting(t);
  await until(() => chat.online);
  server.only().receive = (frame) => ({ type: 'error', code: 'text_too_long', client_id: frame.client_id });
  chat.say('too long');
  await until(() => chat.outbox.all()[0]?.state === 'failed');
  const { client_id } = chat.outbox.all()[0];
  delete server.only().receive;
  chat.retry(client_id);
  await until(() => chat.log().items.length > 0);
  assert.equal(server.only().events[0].client_id, client_id);
});

for (const [mode, faults] of [['socket', {}], ['stream', { socket: 'refuse' }]]) {
  test(`a refusal that passes, over a ${mode}: waits, and goes again in order under its id`, async (t) => {
    const { server, chat, until } = await chatting(t, { faults });
    const seen = [];
    await until(() => chat.online);
    const codes = ['busy', 'draining', 'internal', 'rate_limited'];
    server.only().receive = (frame) => {
      seen.push(frame.text);
      const code = codes.shift();
      if (!codes.length) delete server.only().receive;
      return { type: 'error', code, client_id: code === 'rate_limited' ? undefined : frame.client_id, retry_after: 0.02 };
    };
    chat.say('one');
    chat.say('two');
    await until(() => {
      assert.ok(chat.outbox.all().every(({ state }) => state !== 'failed'));
      return chat.log().items.some((item) => item.text === 'two');
    });
    assert.deepEqual(seen.slice(0, 2), ['one', 'two']);
    const said = server.only().events.filter((event) => event.author.kind === 'visitor').map((event) => event.text);
    assert.deepEqual(said, ['one', 'two']);
  });
}

test('a proxy that answers for the server loses no message', async (t) => {
  const { server, chat, until } = await chatting(t, { faults: { socket: 'refuse', frames: 502 } });
  await until(() => chat.online);
  chat.say('warranty?');
  const asked = () => server.requests.filter((request) => request === 'POST conversation/frames').length;
  await until(() => asked() > 2);
  assert.equal(chat.outbox.all()[0].state, 'pending');
  server.faults.frames = 0;
  await until(() => chat.log().items.length > 0);
});

test('a gap in the log: resumes, and has everything in order', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  await until(() => chat.online);
  const conversation = server.only();
  conversation.message({ kind: 'agent', name: 'Ava' }, 'one');
  const emit = conversation.emit;
  conversation.emit = () => {};
  conversation.message({ kind: 'agent', name: 'Ava' }, 'lost on the way');
  conversation.emit = emit;
  conversation.message({ kind: 'agent', name: 'Ava' }, 'three');
  await until(() => visitor.texts().length === 3);
  assert.deepEqual(visitor.texts(), ['one', 'lost on the way', 'three']);
});

test('the unread count and the events for the host page', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  await until(() => chat.online);
  server.only().message({ kind: 'agent', name: 'Ava' }, 'hello');
  await until(() => visitor.emitted.some(([name, data]) => name === 'unread' && data === 1));
  chat.show(true);
  assert.deepEqual(visitor.emitted.at(-1), ['unread', 0]);
  assert.equal(visitor.emitted.filter(([name]) => name === 'message').length, 1);
});

const codes = (visitor) => visitor.emitted.filter(([name]) => name === 'error').map(([, { code }]) => code);

test('an identity in mid-chat renews the session and the conversation goes on', async (t) => {
  const { server, visitor, chat, until, store } = await chatting(t);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  server.last = { ann: chat.log().conversation };
  store.set('visitor', 'ann');
  chat.introduce({ identity: { token: 'ann' } });
  await until(() => server.sessions.length === 2 && chat.online);
  chat.say('and for batteries?');
  await until(() => visitor.texts().length === 4);
  assert.deepEqual(visitor.seqs(), [1, 2, 3, 4]);
  // A proof is shown once, however often the session is renewed.
  chat.introduce({ attributes: { plan: 'pro' } });
  await until(() => server.sessions.length === 3 && chat.online);
  assert.deepEqual(server.sessions.map(({ identity }) => identity?.token), [undefined, 'ann', undefined]);
});

test('an identity that proves nothing is told, and the chat goes on without', async (t) => {
  const { server, visitor, chat, until, store } = await chatting(t);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  const token = store.get('token');
  chat.introduce({ identity: { token: 'wrong' } });
  await until(() => server.sessions.length === 3 && chat.online);
  assert.deepEqual([codes(visitor), store.get('token')], [['identity_invalid'], token]);
  assert.deepEqual(visitor.texts(), ['warranty?', whole]);
});

test('another person finds nothing of the one before, not even what was not sent', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  server.faults.session = 503;
  chat.introduce({});
  await until(() => !chat.online);
  chat.say('never sent');
  server.faults.session = 0;
  chat.introduce({ identity: { token: 'bob' } });
  await until(() => chat.online && !visitor.texts().length);
  assert.deepEqual([chat.outbox.all(), visitor.seqs()], [[], []]);
});

test('who must log in first is told so, and let in once they have', async (t) => {
  const { server, visitor, chat, until } = await chatting(t, { faults: { session: 403, code: 'identity_required' } });
  await until(() => chat.denied);
  assert.deepEqual([chat.denied, codes(visitor)], ['login', ['identity_required']]);
  server.faults.session = 0;
  chat.introduce({ identity: { token: 'ann' } });
  await until(() => chat.online);
  assert.equal(chat.denied, '');
});

test('changed settings are told, with the session and while it is open', async (t) => {
  const { server, visitor, chat, until } = await chatting(t);
  await until(() => chat.online);
  server.only().emit({ type: 'settings', config: { greeting: 'New' } });
  const told = () => visitor.emitted.filter(([name]) => name === 'settings').map(([, { greeting }]) => greeting);
  chat.say('warranty?');
  await until(() => visitor.texts().length === 2);
  assert.deepEqual(told(), [server.config.greeting, 'New']);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../api/client';
import { Live } from '../live/socket';
import { message, status } from '../test/inbox';
import { json, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { Talk } from './talk';

const tokens = { current: async () => 't', renewed: async () => 't' };
const EVENTS = 'GET /api/conversations/c1/events';
const inIt = (frame: object) => ({ ...frame, conversation: 'c1' });
const seqs = (talk: Talk) => talk.snapshot().log.map(({ seq }) => seq);
const socket = () => FakeSocket.last;
const sent = (type: string) => socket().sent.filter((frame) => frame.type === type);

let live: Live;
let close: () => void;
async function opened(items = [message(1), message(2)], next: string | null = null) {
  serve({ [EVENTS]: ({ route }) => json(route.includes('cursor') ? { items: [message(1)], next: null } : { items, next }) });
  live = new Live(tokens, 'ws://x/socket');
  live.start();
  await vi.waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  socket().greets();
  const talk = new Talk(live, new Api(tokens), 'c1', 'u1');
  close = talk.open();
  await vi.waitFor(() => expect(talk.snapshot().phase).toBe('ready'));
  return talk;
}
beforeEach(() => (FakeSocket.all = []));
afterEach(() => {
  close();
  live.stop();
});

describe('a conversation as it goes on', () => {
  it('is watched behind what was read, and no longer when it is closed', async () => {
    const talk = await opened();
    expect(sent('watch')).toEqual([{ type: 'watch', conversation: 'c1', after: 2 }]);
    socket().says(inIt(status(3)), inIt(message(4)), { ...message(9), conversation: 'c2' });
    // Told again by a new connection, it is there once.
    socket().says(inIt(status(3)));
    expect(seqs(talk)).toEqual([1, 2, 3, 4]);
    close();
    expect(sent('unwatch')).toHaveLength(1);
  });

  it('has what the visitor thinks of it, and the last word counts', async () => {
    const talk = await opened();
    const rated = (score: number, comment: string | null) => ({ type: 'rated', score, comment, via: 'widget', at: '2026-03-01T12:00:00Z' });
    socket().says(inIt(rated(2, null)), { ...rated(1, null), conversation: 'c2' });
    expect(talk.snapshot().rating?.score).toBe(2);
    socket().says(inIt(rated(5, 'Better now')));
    expect(talk.snapshot().rating).toEqual(rated(5, 'Better now'));
  });

  it('says how far it was read, once it is there, with every connection', async () => {
    const talk = await opened();
    talk.read();
    const read = { type: 'read', conversation: 'c1', seq: 2 };
    expect(sent('read')).toEqual([read]);
    socket().says(inIt(message(3)));
    talk.read();
    expect(sent('read')).toEqual([read, { ...read, seq: 3 }]);
    socket().ends(1006);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(2), { timeout: 5_000 });
    socket().greets();
    expect(sent('read')).toEqual([{ ...read, seq: 3 }]);
  });

  it('has the events before, page by page', async () => {
    const talk = await opened([message(2), message(3)], '2');
    expect(talk.snapshot().hasMore).toBe(true);
    await talk.more();
    expect(seqs(talk)).toEqual([1, 2, 3]);
    expect(talk.snapshot().hasMore).toBe(false);
  });

  it('shows an answer as it is written, until it is whole', async () => {
    const talk = await opened();
    socket().says(inIt({ type: 'answer.start', message: 'm3', in_reply_to: 'm2' }), inIt({ type: 'answer.delta', message: 'm3', n: 0, text: 'Three ' }));
    socket().says(inIt({ type: 'answer.delta', message: 'm3', n: 1, text: 'days.' }));
    expect(talk.snapshot().answer?.text).toBe('Three days.');
    socket().says(inIt({ type: 'answer.snapshot', message: 'm3', in_reply_to: 'm2', n: 2, text: 'Three days. And' }));
    expect(talk.snapshot().answer?.text).toBe('Three days. And');
    socket().says(inIt(message(3, { author: { kind: 'assistant' } })));
    expect(talk.snapshot().answer).toBeNull();
  });

  it('keeps what was said until the server has it, and says it again on a new line', async () => {
    const talk = await opened();
    talk.outbox.say('say', 'Hello');
    const [said] = sent('say');
    expect(said).toMatchObject({ conversation: 'c1', text: 'Hello', after: 2 });
    socket().says({ type: 'ready', user: 'u1', role: 'agent' });
    expect(sent('say').map(({ client_id }) => client_id)).toEqual([said?.client_id, said?.client_id]);
    expect(talk.snapshot().pending).toHaveLength(1);
    const client_id = String(said?.client_id);
    socket().says(inIt(message(3, { client_id, author: { kind: 'agent', id: 'u1' } })), inIt({ type: 'ack', client_id, message: 'm3', seq: 3 }));
    expect(talk.snapshot().pending).toEqual([]);
  });

  it('keeps what was refused, with what was not seen, to be sent again or dropped', async () => {
    const talk = await opened();
    talk.outbox.say('say', 'It is on its way');
    const client_id = String(sent('say')[0]?.client_id);
    const unseen = message(3, { author: { kind: 'agent', id: 'u2', name: 'Ben' }, text: 'Lost, sorry' });
    socket().says(inIt({ type: 'error', code: 'stale', detail: 'another agent has written meanwhile', client_id, events: [unseen] }));
    expect(talk.snapshot().pending[0]).toMatchObject({ text: 'It is on its way', refused: { code: 'stale', unseen: [{ text: 'Lost, sorry' }] } });
    expect(seqs(talk)).toEqual([1, 2, 3]);
    // A new line does not send it by itself.
    socket().says({ type: 'ready', user: 'u1', role: 'agent' });
    expect(sent('say')).toHaveLength(1);
    talk.outbox.again(client_id, talk.head);
    expect(sent('say')[1]).toMatchObject({ client_id, after: 3 });
    talk.outbox.drop(client_id);
    expect(talk.snapshot().pending).toEqual([]);
  });

  it('knows which messages were mailed', async () => {
    const talk = await opened();
    socket().says(inIt({ type: 'mailed', messages: ['m1', 'm2'], at: '2026-03-01T12:02:00Z' }), { type: 'mailed', conversation: 'c2', messages: ['m9'], at: 'x' });
    expect(talk.snapshot().mailed).toEqual({ m1: '2026-03-01T12:02:00Z', m2: '2026-03-01T12:02:00Z' });
  });

  it('knows how messages were read, as they were read last', async () => {
    const talk = await opened();
    const read = (angry: boolean) => ({ message: 'm1', angry, urgency: null, words: [] });
    socket().says(inIt({ type: 'mood', ...read(true) }), { type: 'mood', conversation: 'c2', ...read(false) });
    expect(talk.snapshot().moods['m1']).toMatchObject(read(true));
    socket().says(inIt({ type: 'mood', ...read(false) }));
    expect(talk.snapshot().moods['m1']).toMatchObject(read(false));
  });

  it('knows who types, and that who says nothing more has stopped', async () => {
    const talk = await opened();
    vi.useFakeTimers();
    const visitor = { kind: 'visitor', id: 'v1' };
    socket().says(inIt({ type: 'typing', author: visitor, on: true }), inIt({ type: 'typing', author: visitor, on: true }));
    socket().says(inIt({ type: 'typing', author: { kind: 'agent', id: 'u1', name: 'Me' }, on: true }));
    expect(talk.snapshot().typing).toEqual([visitor]);
    vi.advanceTimersByTime(8_000);
    expect(talk.snapshot().typing).toEqual([]);
    vi.useRealTimers();
  });
});

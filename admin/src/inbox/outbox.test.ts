import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../api/client';
import { Live } from '../live/socket';
import { message } from '../test/inbox';
import { FakeLocks } from '../test/locks';
import { json, problem, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { settle } from './outbox';
import { Talk } from './talk';

const tokens = { current: async () => 't', renewed: async () => 't' };
const EVENTS = 'GET /api/conversations/c1/events';
const inIt = (frame: object) => ({ ...frame, conversation: 'c1' });
const said = () => FakeSocket.last.sent.filter(({ type }) => type === 'say');
const idOf = (text: string) => String(said().find((frame) => frame.text === text)?.client_id);
const mine = (seq: number, client_id: string) => inIt(message(seq, { client_id, author: { kind: 'agent', id: 'u1' } }));

let live: Live;
const closing: (() => void)[] = [];

/** A promise, and what keeps it. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((kept) => (resolve = kept));
  return { promise, resolve: (value: T) => resolve(value) };
}

/** The conversation is opened, with a log that comes when it is let go. */
function openLater(agent = 'u1') {
  const log = later<Response>();
  serve({ [EVENTS]: () => log.promise });
  const talk = new Talk(live, new Api(tokens), 'c1', agent);
  const close = talk.open();
  closing.push(close);
  return { talk, close, comes: (...items: object[]) => log.resolve(json({ items, next: null })), fails: () => log.resolve(problem(500, 'internal', 'sorry')) };
}

async function open(items: object[] = [message(1), message(2)], agent?: string) {
  const { talk, close, comes } = openLater(agent);
  comes(...items);
  await vi.waitFor(() => expect(talk.snapshot().phase).toBe('ready'));
  return { talk, close, pending: () => talk.snapshot().pending };
}

beforeEach(async () => {
  localStorage.clear();
  FakeSocket.all = [];
  live = new Live(tokens, 'ws://x/socket');
  live.start();
  await vi.waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  FakeSocket.last.greets();
});
afterEach(() => {
  closing.splice(0).forEach((close) => close());
  live.stop();
  vi.useRealTimers();
  Reflect.deleteProperty(navigator, 'locks');
});

describe('what an agent says', () => {
  it('waits for the log, and is sent as said behind it', async () => {
    const { talk, comes } = openLater();
    talk.outbox.say('say', 'Hello');
    expect(said()).toEqual([]);
    comes(message(1), message(2));
    await vi.waitFor(() => expect(said()).toMatchObject([{ text: 'Hello', after: 2 }]));
  });

  it('waits for the log also where that was tried again, and nothing goes on once it is closed', async () => {
    const { talk, close, fails } = openLater();
    fails();
    await vi.waitFor(() => expect(talk.snapshot().phase).toBe('failed'));
    const log = later<Response>();
    const heard = vi.spyOn(globalThis, 'fetch').mockImplementation(() => log.promise);
    talk.retry();
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    const signal = heard.mock.calls[0]?.[1]?.signal;
    expect(signal?.aborted).toBe(false);
    close();
    expect(signal?.aborted).toBe(true);
    log.resolve(json({ items: [message(1)], next: null }));
    await log.promise;
    expect(FakeSocket.last.sent.some(({ type }) => type === 'watch')).toBe(false);
  });

  it('can be taken back for a while, and then goes out as said when it was written', async () => {
    const { talk, pending } = await open();
    vi.useFakeTimers();
    const returned = vi.fn();
    talk.outbox.onReturn(returned);
    talk.outbox.say('say', 'One', { wait_ms: 3_000 });
    vi.advanceTimersByTime(2_999);
    talk.outbox.takeBack(String(pending()[0]?.client_id));
    expect(returned).toHaveBeenCalledWith(expect.objectContaining({ text: 'One', kind: 'say' }));
    expect(pending()).toEqual([]);
    talk.outbox.say('say', 'Two', { wait_ms: 3_000 });
    FakeSocket.last.says(inIt(message(3, { author: { kind: 'agent', id: 'u2' } })));
    vi.advanceTimersByTime(3_000);
    expect(said()).toMatchObject([{ text: 'Two', after: 2 }]);
    // It is out: there is nothing to take back.
    talk.outbox.takeBack(idOf('Two'));
    expect(returned).toHaveBeenCalledTimes(1);
    expect(pending()).toHaveLength(1);
  });

  it('goes out when the page goes', async () => {
    const { talk } = await open();
    talk.outbox.say('say', 'One', { wait_ms: 10_000 });
    dispatchEvent(new Event('pagehide'));
    expect(said()).toMatchObject([{ text: 'One' }]);
  });

  it('goes out when the conversation is left, once, and again with each line until the server has it', async () => {
    const { talk, close } = await open();
    talk.outbox.say('say', 'One', { wait_ms: 10_000 });
    close();
    const id = idOf('One');
    FakeSocket.last.says({ type: 'ready', user: 'u1', role: 'agent' });
    expect(said().map(({ client_id }) => client_id)).toEqual([id, id]);
    FakeSocket.last.says(inIt({ type: 'ack', client_id: id, message: 'm3', seq: 3 }), { type: 'ready', user: 'u1', role: 'agent' });
    expect(said()).toHaveLength(2);
    expect((await open()).pending()).toEqual([]);
  });

  it('goes out when the conversation is left before its log is there', () => {
    const { talk, close } = openLater();
    talk.outbox.say('say', 'One');
    close();
    expect(said()).toMatchObject([{ text: 'One', after: 0 }]);
  });

  it('is there when the page begins anew, of who said it alone, unless the server has it', async () => {
    const { talk } = await open();
    talk.outbox.say('say', 'Arrived');
    talk.outbox.say('say', 'Lost', { wait_ms: 10_000 });
    // As after a crash: nobody has closed it.
    const other = await open([mine(3, idOf('Arrived'))], 'u2');
    expect(other.pending()).toEqual([]);
    const { talk: again, pending } = await open([message(2), mine(3, idOf('Arrived'))]);
    expect(pending()).toMatchObject([{ text: 'Lost', refused: { code: 'unsent' } }]);
    const id = String(pending()[0]?.client_id);
    expect(idOf('Lost')).toBe('undefined');
    again.outbox.again(id, again.head);
    expect(idOf('Lost')).toBe(id);
    FakeSocket.last.says(mine(4, id));
    expect(pending()).toEqual([]);
    expect((await open()).pending()).toEqual([]);
  });
});

describe('an act', () => {
  const refuses = (client_id: string) => FakeSocket.last.says(inIt({ type: 'error', client_id, code: 'stale', detail: 'somebody answered', events: [] }));

  it('sends what waits, and comes once the server has it', async () => {
    const { talk } = await open();
    talk.outbox.say('say', 'One', { wait_ms: 10_000 });
    const acted = vi.fn();
    const settled = settle(live, 'c1').then(acted);
    await settle(live, 'c2');
    expect(acted).not.toHaveBeenCalled();
    FakeSocket.last.says(inIt({ type: 'ack', client_id: idOf('One'), message: 'm3', seq: 3 }));
    await settled;
    expect(acted).toHaveBeenCalled();
    // It has the event yet to come, and nothing to wait for.
    await settle(live, 'c1');
  });

  it('is not done where that is refused, and is where it was before', async () => {
    const { talk } = await open();
    talk.outbox.say('say', 'One', { wait_ms: 10_000 });
    const settled = settle(live, 'c1');
    refuses(idOf('One'));
    await expect(settled).rejects.toMatchObject({ code: 'stale', detail: 'your message was not sent: somebody answered' });
    await settle(live, 'c1');
  });

  it('waits also for what was on its way when the conversation was left', async () => {
    const { talk, close } = await open();
    talk.outbox.say('say', 'One');
    close();
    const settled = settle(live, 'c1');
    refuses(idOf('One'));
    await expect(settled).rejects.toMatchObject({ code: 'stale' });
    await settle(live, 'c1');
  });

  it('does not wait for ever', async () => {
    const { talk } = await open();
    vi.useFakeTimers();
    talk.outbox.say('say', 'One');
    const settled = expect(settle(live, 'c1')).rejects.toMatchObject({ code: 'unreachable' });
    await vi.advanceTimersByTimeAsync(5_000);
    await settled;
  });
});

describe('in two tabs, what one is sending', () => {
  const bothOpen = async () => {
    Object.defineProperty(navigator, 'locks', { value: new FakeLocks(), configurable: true });
    const { talk, close } = await open();
    talk.outbox.say('say', 'One');
    const other = await open();
    return { close, pending: other.pending };
  };

  it('is not lost for the other', async () => {
    const { pending } = await bothOpen();
    expect(pending()).toEqual([]);
    FakeSocket.last.says(mine(3, idOf('One')));
    expect(pending()).toEqual([]);
    expect((await open()).pending()).toEqual([]);
  });

  it('is there in the other once it was refused and left', async () => {
    const { close, pending } = await bothOpen();
    FakeSocket.last.says(inIt({ type: 'error', client_id: idOf('One'), code: 'stale', detail: 'somebody answered', events: [] }));
    expect(pending()).toEqual([]);
    close();
    await vi.waitFor(() => expect(pending()).toMatchObject([{ text: 'One', refused: { code: 'unsent' } }]));
  });

  it('is there at the next log-in where it was not answered', async () => {
    const { close, pending } = await bothOpen();
    close();
    expect(pending()).toEqual([]);
    live.stop();
    await vi.waitFor(() => expect(pending()).toMatchObject([{ text: 'One', refused: { code: 'unsent' } }]));
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeSocket } from '../test/socket';
import { Live } from './socket';

/** A JWT of nothing but its end. */
const jwt = (name: string, seconds: number) => `${name}.${btoa(JSON.stringify({ exp: Date.now() / 1000 + seconds }))}.x`;

function tokens(lifetime = 900) {
  let made = 0;
  const next = () => jwt(`t${++made}`, lifetime);
  let now = next();
  return {
    current: vi.fn(async () => now),
    renewed: vi.fn(async (refused: string) => (now === refused ? (now = next()) : now)),
  };
}
const name = (socket: FakeSocket) => String(socket.sent[0]?.token).split('.')[0];
/** Lets what waits for promises go on. */
const settled = () => vi.advanceTimersByTimeAsync(0);

let live: Live;
async function started(source = tokens()) {
  live = new Live(source, 'ws://x/socket');
  live.start();
  await settled();
  return source;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe('the socket of the console', () => {
  it('says hello, and is up once it is greeted', async () => {
    await started();
    expect(live.snapshot()).toBe('connecting');
    FakeSocket.last.opens();
    expect(FakeSocket.last.sent).toEqual([{ type: 'hello', token: expect.stringMatching(/^t1\./) }]);
    FakeSocket.last.says({ type: 'ready', user: 'u1', role: 'owner' });
    expect(live.snapshot()).toBe('up');
  });

  it('tells frames to those who hear their type, until they are called off', async () => {
    await started();
    const [removed, all] = [vi.fn(), vi.fn()];
    const off = live.on('job.remove', removed);
    live.on('job.all', all);
    FakeSocket.last.greets();
    FakeSocket.last.says({ type: 'job.remove', job: 'j1' }, { type: 'unheard.of' }, { type: 'pong' });
    off();
    FakeSocket.last.says({ type: 'job.remove', job: 'j2' });
    expect(removed.mock.calls).toEqual([[{ type: 'job.remove', job: 'j1' }]]);
    expect(all).not.toHaveBeenCalled();
  });

  it('comes back ever later, and says that it is down', async () => {
    await started();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const opened = FakeSocket.all.length;
      FakeSocket.last.ends(1006);
      let waited = 0;
      while (FakeSocket.all.length === opened) {
        await vi.advanceTimersByTimeAsync(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(live.snapshot()).toBe('down');
    FakeSocket.last.greets();
    expect(live.snapshot()).toBe('up');
  });

  it('does not mention what is over soon', async () => {
    await started();
    FakeSocket.last.greets();
    await vi.advanceTimersByTimeAsync(20_000);
    const seen: string[] = [];
    live.subscribe(() => seen.push(live.snapshot()));
    FakeSocket.last.ends(1001);
    await vi.advanceTimersByTimeAsync(500);
    FakeSocket.last.greets();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual(['connecting', 'up']);
  });

  it('comes with another token at once where its own is over', async () => {
    const source = await started();
    FakeSocket.last.greets();
    await vi.advanceTimersByTimeAsync(20_000);
    FakeSocket.last.ends(4001);
    await settled();
    FakeSocket.last.greets();
    expect(name(FakeSocket.last)).toBe('t2');
    expect(source.renewed).toHaveBeenCalledOnce();
  });

  it('does not hurry with tokens that are refused again and again', async () => {
    const source = await started();
    for (let i = 0; i < 5; i += 1) {
      FakeSocket.last.opens();
      FakeSocket.last.ends(4001);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(source.renewed.mock.calls.length).toBeLessThan(2);
  });

  it('is given the next token before its own ends, and goes on', async () => {
    await started(tokens(60));
    const { last: line } = FakeSocket;
    line.greets();
    for (let i = 0; i < 5; i += 1) {
      await vi.advanceTimersByTimeAsync(20_000);
      line.says({ type: 'pong' });
    }
    const hellos = line.sent.filter(({ type }) => type === 'hello').map(({ token }) => String(token).split('.')[0]);
    expect(hellos).toEqual(['t1', 't2', 't3']);
    expect(FakeSocket.all).toHaveLength(1);
    expect(live.snapshot()).toBe('up');
  });

  it('ends with its token where there is no other just now, and comes back when there is', async () => {
    const source = tokens(60);
    source.renewed.mockRejectedValueOnce(new Error('away'));
    await started(source);
    FakeSocket.last.greets();
    for (let i = 0; i < 2; i += 1) {
      await vi.advanceTimersByTimeAsync(21_000);
      FakeSocket.last.says({ type: 'pong' });
    }
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'hello')).toHaveLength(1);
    FakeSocket.last.ends(4001);
    await settled();
    FakeSocket.last.greets();
    expect(name(FakeSocket.last)).toBe('t2');
  });

  it('goes where the server moved to when it says so', async () => {
    await started();
    const old = FakeSocket.last;
    old.greets();
    old.says({ type: 'moved', after_ms: 700 });
    old.ends(4009);
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('waits long where too many are open', async () => {
    await started();
    FakeSocket.last.ends(4029);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('notices that nobody is there any more', async () => {
    await started();
    const silent = FakeSocket.last;
    silent.greets();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(silent.sent.at(-1)).toEqual({ type: 'ping' });
    await vi.advanceTimersByTimeAsync(10_500);
    expect(FakeSocket.all).toHaveLength(2);
    expect(silent.readyState).toBe(FakeSocket.CLOSED);
  });

  it('tries at once when the network is back', async () => {
    await started();
    FakeSocket.last.ends(1006);
    dispatchEvent(new Event('online'));
    await settled();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('says again with every connection what is held, and nothing else', async () => {
    await started();
    expect(live.send({ type: 'ping' })).toBe(false);
    const letGo = live.hold(() => ({ type: 'ping' }));
    FakeSocket.last.greets();
    const pings = () => FakeSocket.last.sent.filter(({ type }) => type === 'ping').length;
    expect(pings()).toBe(1);
    FakeSocket.last.ends(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.greets();
    expect(pings()).toBe(1);
    letGo();
    FakeSocket.last.ends(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.greets();
    expect(pings()).toBe(0);
  });

  it('waits for a token where there is none just now', async () => {
    const source = tokens();
    source.current.mockRejectedValueOnce(new Error('away'));
    await started(source);
    expect(FakeSocket.all).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('ends for good when it is stopped', async () => {
    await started();
    FakeSocket.last.greets();
    const { last } = FakeSocket;
    live.stop();
    last.says({ type: 'job.all', more: false });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(last.readyState).toBe(FakeSocket.CLOSED);
    expect(FakeSocket.all).toHaveLength(1);
    expect(live.snapshot()).toBe('off');
  });

  it('can be stopped while it waits for a token, and started again', async () => {
    live = new Live(tokens(), 'ws://x/socket');
    live.start();
    live.stop();
    live.start();
    await settled();
    expect(FakeSocket.all).toHaveLength(1);
  });
});

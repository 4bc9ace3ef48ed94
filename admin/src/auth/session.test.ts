import { afterEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../api/client';
import { granted, json, problem, serve } from '../test/server';
import { Session } from './session';

const REFRESH = 'POST /api/auth/refresh';
const over = () => problem(401, 'unauthenticated', 'this session is over, log in again');

async function loggedIn(forget = () => {}) {
  const session = new Session(forget);
  await session.logIn('admin@acme.example', 'acmedemo1!');
  return session;
}

/** Answers every refresh with the next token: r1, r2 … and notes how many are under way at once. */
function rotating() {
  const seen = { refreshes: 0, atOnce: 0, most: 0 };
  const refresh = async () => {
    seen.refreshes += 1;
    seen.most = Math.max(seen.most, ++seen.atOnce);
    const token = `r${seen.refreshes}`;
    await new Promise((done) => setTimeout(done));
    seen.atOnce -= 1;
    return json(granted(token));
  };
  return { seen, refresh };
}

afterEach(() => void vi.useRealTimers());

describe('a session', () => {
  it('comes back by the cookie', async () => {
    serve({ [REFRESH]: () => json(granted('r1')) });
    const session = new Session(() => {});
    await session.start();
    expect(session.snapshot()).toMatchObject({ phase: 'in', user: { name: 'Ada Keller' }, tenant: { role: 'owner' } });
    expect(await session.current()).toBe('r1');
  });

  it('is out without one, which is no ended session', async () => {
    serve({ [REFRESH]: over });
    const session = new Session(() => {});
    await session.start();
    expect(session.snapshot()).toEqual({ phase: 'out', ended: false });
  });

  it('knows a server that is away from a session that is over', async () => {
    serve({ [REFRESH]: () => Promise.reject(new TypeError('Failed to fetch')) });
    const session = new Session(() => {});
    await session.start();
    expect(session.snapshot()).toMatchObject({ phase: 'unreachable', problem: { code: 'unreachable' } });
  });

  it('is renewed once for all requests that were refused together', async () => {
    const { seen, refresh } = rotating();
    const thing = ({ token }: { token: string | undefined }) => (token === 'r1' ? json('here') : over());
    serve({ 'POST /api/auth/login': () => json(granted('old')), [REFRESH]: refresh, 'GET /api/thing': thing });
    const api = new Api(await loggedIn());
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.get('/api/thing')));
    expect(answers).toEqual(Array(5).fill('here'));
    expect(seen.refreshes).toBe(1);
  });

  it('does not renew for a token that was replaced meanwhile', async () => {
    const { seen, refresh } = rotating();
    serve({ 'POST /api/auth/login': () => json(granted('new')), [REFRESH]: refresh });
    const session = await loggedIn();
    expect(await session.renewed('older')).toBe('new');
    expect(seen.refreshes).toBe(0);
  });

  it('is renewed before its token ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { refresh } = rotating();
    serve({ 'POST /api/auth/login': () => json(granted('old', 900)), [REFRESH]: refresh });
    const session = await loggedIn();
    vi.setSystemTime(Date.now() + 869_000);
    expect(await session.current()).toBe('old');
    vi.setSystemTime(Date.now() + 2_000);
    expect(await session.current()).toBe('r1');
  });

  it('is renewed by one tab at a time', async () => {
    let line = Promise.resolve();
    const request = (_: string, work: () => Promise<unknown>) => {
      const turn = line.then(work);
      line = turn.then(() => undefined);
      return turn;
    };
    vi.stubGlobal('navigator', { locks: { request } });
    const { seen, refresh } = rotating();
    serve({ [REFRESH]: refresh });
    await Promise.all([new Session(() => {}).start(), new Session(() => {}).start()]);
    expect(seen).toMatchObject({ refreshes: 2, most: 1 });
  });

  it('ends, and what was fetched is forgotten, when it cannot be renewed', async () => {
    serve({ 'POST /api/auth/login': () => json(granted('old')), [REFRESH]: () => problem(401, 'refresh_reused', 'used twice') });
    const forget = vi.fn();
    const session = await loggedIn(forget);
    await expect(session.renewed('old')).rejects.toMatchObject({ code: 'refresh_reused' });
    expect(session.snapshot()).toEqual({ phase: 'out', ended: true });
    expect(forget).toHaveBeenCalledOnce();
  });

  it('outlives a server that is away', async () => {
    serve({ 'POST /api/auth/login': () => json(granted('old')), [REFRESH]: () => problem(503, 'draining', 'going down') });
    const session = await loggedIn();
    await expect(session.renewed('old')).rejects.toMatchObject({ status: 503 });
    expect(session.snapshot().phase).toBe('in');
  });

  it('ends by logging out only when the server heard of it', async () => {
    let away = true;
    const logout = () => (away ? problem(503, 'busy', 'busy') : new Response(null, { status: 204 }));
    serve({ 'POST /api/auth/login': () => json(granted('old')), 'POST /api/auth/logout': logout });
    const session = await loggedIn();
    await expect(session.logOut()).rejects.toMatchObject({ code: 'busy' });
    expect(session.snapshot().phase).toBe('in');
    away = false;
    await session.logOut();
    expect(session.snapshot()).toEqual({ phase: 'out', ended: false });
  });

  it('begins and ends in all tabs', async () => {
    let known = false;
    const refresh = () => (known ? json(granted('r1')) : over());
    const logout = () => new Response(null, { status: 204 });
    serve({ [REFRESH]: refresh, 'POST /api/auth/login': () => json(granted('old')), 'POST /api/auth/logout': logout });
    const here = new Session(() => {});
    const there = new Session(() => {});
    await there.start();
    known = true;
    await here.logIn('admin@acme.example', 'acmedemo1!');
    await vi.waitFor(() => expect(there.snapshot().phase).toBe('in'));
    await here.logOut();
    expect(there.snapshot()).toEqual({ phase: 'out', ended: false });
  });

  it('forgets what was fetched when another tab logged in as someone else', async () => {
    const other = { ...granted('theirs'), user: { ...granted('').user, id: 'u2', email: 'x@acme.example', name: 'Xu' } };
    serve({ 'POST /api/auth/login': () => json(granted('old')), [REFRESH]: () => json(other) });
    const forget = vi.fn();
    const session = await loggedIn(forget);
    await session.renewed('old');
    expect(forget).toHaveBeenCalledOnce();
    expect(session.snapshot()).toMatchObject({ phase: 'in', user: { id: 'u2' } });
  });

  it('begins with a new account', async () => {
    const heard = serve({ 'POST /api/auth/signup': () => json(granted('t1')) });
    const session = new Session(() => {});
    const account = { email: 'ada@keller.example', password: 'p', name: 'Ada', workspace: 'Keller' };
    await session.signUp(account);
    expect(heard[0]?.body).toEqual(account);
    expect(session.snapshot().phase).toBe('in');
  });

  it('goes on in another workspace and forgets what was fetched of the one before', async () => {
    const there = { ...granted('there'), tenant: { id: 't2', role: 'agent' } };
    const heard = serve({ 'POST /api/auth/login': () => json(granted('here')), 'POST /api/auth/switch': () => json(there) });
    const forget = vi.fn();
    const session = await loggedIn(forget);
    await session.switchTo('t2');
    expect(heard.at(-1)).toMatchObject({ token: 'here', body: { tenant: 't2' } });
    expect(forget).toHaveBeenCalledOnce();
    expect(session.snapshot()).toMatchObject({ phase: 'in', tenant: { id: 't2', role: 'agent' } });
    expect(await session.current()).toBe('there');
  });

  it('shows the person as they are now', async () => {
    serve({ 'POST /api/auth/login': () => json(granted('here')) });
    const session = await loggedIn();
    session.update({ ...granted('').user, name: 'Ada K.' });
    expect(session.snapshot()).toMatchObject({ user: { name: 'Ada K.' } });
    session.update({ ...granted('').user, id: 'u2', name: 'Xu' });
    expect(session.snapshot()).toMatchObject({ user: { name: 'Ada K.' } });
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../../api/client';
import { ClerkDouble, clerkRoutes, TOOLS } from '../../test/clerk';
import { granted, json, problem, serve } from '../../test/server';
import { Session } from '../session';

const { user, tenant } = granted('');
const ME = 'GET /api/auth/me';
const refused = () => problem(401, 'unauthenticated', 'the session token has expired');

afterEach(() => void delete window.Clerk);

/** A session in a console whose accounts Clerk keeps. */
async function started(routes: Parameters<typeof serve>[0], { comes = 'ada', forget = () => {}, invited = false } = {}) {
  const heard = serve({ ...clerkRoutes, [ME]: () => json({ user, tenant, memberships: [] }), ...routes });
  const clerk = new ClerkDouble([TOOLS]);
  if (comes) clerk.comes(comes);
  window.Clerk = clerk;
  const session = new Session(forget, () => invited);
  await session.start();
  return { heard, clerk, session };
}

describe('a session with an identity provider', () => {
  it('is that of the provider', async () => {
    const { heard, session } = await started({});
    expect(session.snapshot()).toEqual({ phase: 'in', user, tenant });
    expect(heard.map(({ route }) => route)).toEqual(['POST /api/auth/refresh', 'GET /api/auth/provider', ME]);
    expect(heard.at(-1)?.token).toBe('ada alone 1');
    expect(session.provider?.name).toBe('Clerk');
  });

  it('is asked for where accounts are kept here by nobody else', async () => {
    const heard = serve({ 'POST /api/auth/refresh': () => json(granted('t1')) });
    const session = new Session(() => {});
    await session.start();
    expect(heard).toHaveLength(1);
    expect(session.provider).toBeNull();
  });

  it('starts without a word of the refresh that is not ours to give', async () => {
    serve({ ...clerkRoutes, [ME]: () => json({ user, tenant }) });
    window.Clerk = new ClerkDouble();
    const session = new Session(() => {});
    const phases: string[] = [];
    session.subscribe(() => phases.push(session.snapshot().phase));
    await session.start();
    expect(phases).toEqual(['starting', 'out']);
  });

  it('begins when somebody logs in, and ends when they do not any more', async () => {
    const forget = vi.fn();
    const { clerk, session } = await started({}, { comes: '', forget });
    expect(session.snapshot()).toEqual({ phase: 'out', ended: false });
    clerk.comes('ada');
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('in'));
    forget.mockClear();
    clerk.goes();
    await vi.waitFor(() => expect(session.snapshot()).toEqual({ phase: 'out', ended: true }));
    expect(forget).toHaveBeenCalledOnce();
  });

  it('takes another token when one was refused', async () => {
    const thing = ({ token }: { token: string | undefined }) => (token === 'ada alone 2' ? json('here') : refused());
    const { session } = await started({ 'GET /api/thing': thing });
    expect(await new Api(session).get('/api/thing')).toBe('here');
  });

  it('is told why the server does not let somebody in, and tries again', async () => {
    let open = false;
    const me = () => (open ? json({ user, tenant }) : problem(403, 'forbidden', 'your account has no e-mail address'));
    const { session } = await started({ [ME]: me });
    expect(session.snapshot()).toMatchObject({ phase: 'refused', problem: { detail: 'your account has no e-mail address' } });
    open = true;
    await session.start();
    expect(session.snapshot().phase).toBe('in');
  });

  it('does not go round in circles with a token that is never taken', async () => {
    const { heard, session } = await started({ [ME]: refused });
    expect(session.snapshot()).toMatchObject({ phase: 'refused', problem: { code: 'unauthenticated' } });
    expect(heard.filter(({ route }) => route === ME)).toHaveLength(2);
  });

  it('knows a server that is away from one that refuses', async () => {
    const { session } = await started({ [ME]: () => problem(503, 'busy', 'the identity provider does not answer') });
    expect(session.snapshot()).toMatchObject({ phase: 'unreachable', problem: { code: 'busy' } });
  });

  it('goes on as somebody else who acts for an organisation', async () => {
    const moved: boolean[] = [];
    const there = ({ token }: { token: string | undefined }) =>
      json({ user, tenant: token?.includes(TOOLS.id) ? { id: 't2', role: 'admin' } : tenant });
    const { clerk, session } = await started({ [ME]: there }, { forget: (...[is]: [boolean?]) => void moved.push(is ?? false) });
    moved.length = 0;
    await clerk.setActive({ organization: TOOLS.id });
    await vi.waitFor(() => expect(session.snapshot()).toMatchObject({ tenant: { id: 't2' } }));
    expect(moved).toEqual([true]);
  });

  it('drops what it finds of somebody who has gone meanwhile', async () => {
    let answer: (response: Response) => void = () => {};
    const { clerk, session } = await started({}, { comes: '' });
    serve({ [ME]: () => new Promise((resolve) => (answer = resolve)) });
    clerk.comes('ada');
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledWith(expect.stringContaining('/me'), expect.anything()));
    clerk.goes();
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('out'));
    answer(json({ user, tenant }));
    await new Promise((done) => setTimeout(done));
    expect(session.snapshot().phase).toBe('out');
  });

  it('chooses a workspace by its own call', async () => {
    let here = tenant;
    const { heard, session } = await started({
      [ME]: () => json({ user, tenant: here }),
      'PUT /api/auth/workspace': () => {
        here = { id: 't2', role: 'agent' };
        return new Response(null, { status: 204 });
      },
    });
    await session.switchTo('t2');
    expect(heard.find(({ route }) => route === 'PUT /api/auth/workspace')?.body).toEqual({ tenant: 't2' });
    expect(session.snapshot()).toMatchObject({ tenant: { id: 't2' } });
  });

  it('asks the server for nobody who comes to accept an invitation, before they have', async () => {
    const { heard, session } = await started({ 'POST /api/auth/accept-invitation': () => json({ joined: 'ada@keller.example' }) }, { invited: true });
    expect(session.snapshot()).toEqual({ phase: 'arrived' });
    expect(await session.accept({ token: 'abc' })).toBe('ada@keller.example');
    expect(heard.at(-1)).toMatchObject({ token: 'ada alone 1', body: { token: 'abc' } });
    expect(heard.map(({ route }) => route)).not.toContain(ME);
  });

  it('logs out at the provider, which is no ended session', async () => {
    const { clerk, session } = await started({});
    clerk.signOut.mockRejectedValueOnce(new Error('offline'));
    await expect(session.logOut()).rejects.toMatchObject({ code: 'unreachable' });
    expect(session.snapshot().phase).toBe('in');
    await session.logOut();
    expect(session.snapshot()).toEqual({ phase: 'out', ended: false });
  });
});

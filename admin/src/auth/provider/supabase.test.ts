import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, serve } from '../../test/server';
import { Supabase } from './supabase';

const URL = 'https://project.supabase.co';
const keeper = { provider: 'supabase', url: URL, publishable_key: 'sb_publishable_x' } as const;
const TOKEN = `POST ${URL}/auth/v1/token`;

const session = (token: string, id = 'ada', expires_in = 3600) => ({
  access_token: token,
  token_type: 'bearer',
  expires_in,
  expires_at: Math.floor(Date.now() / 1000) + expires_in,
  refresh_token: `refresh ${token}`,
  user: { id, email: `${id}@keller.example`, app_metadata: {}, user_metadata: {}, aud: 'authenticated', created_at: '' },
});

const at = (address: string) => history.replaceState(null, '', address);
beforeEach(() => {
  // It writes down that there are several of it, and what it could not fetch.
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
  localStorage.clear();
  at('/app/');
});
afterEach(() => {
  vi.useRealTimers();
  at('/');
});

async function loggedIn(answer = session('t1')) {
  localStorage.setItem('parlance.supabase', JSON.stringify(answer));
  return Supabase.load(keeper);
}

describe('supabase', () => {
  it('logs in by password and keeps the session', async () => {
    const heard = serve({ [TOKEN]: () => json(session('t1')) });
    const supabase = await Supabase.load(keeper);
    expect(await supabase.token()).toBeNull();
    const changed = vi.fn();
    supabase.watch(changed);
    await supabase.withPassword('ada@keller.example', 'p');
    expect(heard[0]).toMatchObject({ route: `${TOKEN}?grant_type=password`, body: { email: 'ada@keller.example', password: 'p' } });
    expect(await supabase.token()).toBe('t1');
    expect(await supabase.address()).toBe('ada@keller.example');
    await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
    expect(await (await Supabase.load(keeper)).token()).toBe('t1');
  });

  it('says why not, in its own words', async () => {
    serve({ [TOKEN]: () => json({ code: 'invalid_credentials', message: 'Invalid login credentials' }, 400) });
    const supabase = await Supabase.load(keeper);
    await expect(supabase.withPassword('a@b.example', 'x')).rejects.toMatchObject({ status: 400, detail: 'Invalid login credentials' });
  });

  it('renews its token before it ends, and when it was refused', async () => {
    let made = 0;
    const heard = serve({ [TOKEN]: () => json(session(`r${++made}`)) });
    const supabase = await loggedIn(session('old', 'ada', 30));
    expect(await supabase.token()).toBe('r1');
    expect(heard[0]).toMatchObject({ route: `${TOKEN}?grant_type=refresh_token`, body: { refresh_token: 'refresh old' } });
    expect(await supabase.fresh()).toBe('r2');
  });

  it('tells that a session is over, and tells it from a project that is away', async () => {
    let away = false;
    serve({
      [TOKEN]: () => (away ? Promise.reject(new TypeError('Failed to fetch')) : json({ code: 'refresh_token_not_found', message: 'gone' }, 400)),
    });
    const supabase = await loggedIn();
    const changed = vi.fn();
    supabase.watch(changed);
    away = true;
    // It tries for half a minute.
    vi.useFakeTimers();
    const refused = expect(supabase.fresh()).rejects.toMatchObject({ code: 'unreachable' });
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
    vi.useRealTimers();
    expect(await supabase.token()).toBe('t1');
    away = false;
    expect(await supabase.fresh()).toBeNull();
    expect(await supabase.token()).toBeNull();
    await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  });

  it('tells what another tab did once it can be read here', async () => {
    const supabase = await loggedIn();
    const changed = vi.fn();
    supabase.watch(changed);
    const kept = (user: unknown) => JSON.stringify({ user });
    const elsewhere = (key: string, oldValue: string | null, newValue: string | null) => dispatchEvent(new StorageEvent('storage', { key, oldValue, newValue }));
    elsewhere('parlance.supabase', kept({ id: 'ada' }), `{"access_token":"t2","user":{"id":"ada"}}`);
    elsewhere('parlance.theme', 'dark', null);
    expect(changed).not.toHaveBeenCalled();
    elsewhere('parlance.supabase', kept({ id: 'ada' }), null);
    expect(changed).toHaveBeenCalledOnce();
  });

  it('offers what the project lets people log in with', async () => {
    const external = { email: true, google: true, github: false, azure: true, phone: true, anonymous_users: true };
    const heard = serve({ [`GET ${URL}/auth/v1/settings`]: () => json({ external, disable_signup: true }) });
    const methods = await (await Supabase.load(keeper)).methods();
    expect(methods).toEqual({
      email: true,
      signUp: false,
      oauth: [
        { id: 'google', name: 'Google' },
        { id: 'azure', name: 'Microsoft' },
      ],
    });
    expect(heard).toHaveLength(1);
  });

  it('mails a link, and comes in by it', async () => {
    const heard = serve({ [`POST ${URL}/auth/v1/otp`]: () => json({}), [TOKEN]: () => json(session('t1')) });
    const supabase = await Supabase.load(keeper);
    await supabase.withLink('ada@keller.example', 'https://chat.example/app/', true);
    expect(heard[0]?.route).toContain(`redirect_to=${encodeURIComponent('https://chat.example/app/')}`);
    expect(heard[0]?.body).toMatchObject({ email: 'ada@keller.example', create_user: true, code_challenge: expect.any(String) });

    at('/app/?code=c1&x=1');
    const back = await Supabase.load(keeper);
    expect(heard.at(-1)).toMatchObject({ route: `${TOKEN}?grant_type=pkce`, body: { auth_code: 'c1', code_verifier: expect.any(String) } });
    expect(await back.token()).toBe('t1');
    expect(location.search).toBe('?x=1');
    expect(back.notice).toBeNull();
  });

  it('says why a link did not work, once', async () => {
    serve({});
    at('/app/account?error=access_denied&error_code=otp_expired#error=access_denied&error_description=It+has+expired');
    const supabase = await Supabase.load(keeper);
    expect(supabase.notice).toMatchObject({ detail: 'It has expired' });
    expect(location.pathname + location.search + location.hash).toBe('/app/account');
    at('/app/?code=of-another-browser');
    expect((await Supabase.load(keeper)).notice).toMatchObject({ detail: expect.stringContaining('only in the browser that asked for it') });
    expect(location.search).toBe('');
    at('/app/accept-invitation#token=abc');
    expect((await Supabase.load(keeper)).notice).toBeNull();
    expect(location.hash).toBe('#token=abc');
  });

  it('ends this session and no other', async () => {
    const heard = serve({ [`POST ${URL}/auth/v1/logout`]: () => new Response(null, { status: 204 }) });
    const supabase = await loggedIn();
    await supabase.logOut();
    expect(heard.at(-1)).toMatchObject({ route: `POST ${URL}/auth/v1/logout?scope=local`, token: 't1' });
    expect(await supabase.token()).toBeNull();
  });
});

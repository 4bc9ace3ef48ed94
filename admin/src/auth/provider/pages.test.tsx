import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClerkDouble, clerkRoutes, TOOLS } from '../../test/clerk';
import { openConsole } from '../../test/open';
import { granted, json, problem, serve } from '../../test/server';
import { isInvited } from '../place';

const { user: person, tenant } = granted('');
const PROJECT = 'https://project.supabase.co/auth/v1';
const supabaseRoutes = {
  'POST /api/auth/refresh': () => problem(409, 'conflict', 'accounts are kept by supabase'),
  'GET /api/auth/provider': () => json({ provider: 'supabase', url: 'https://project.supabase.co', publishable_key: 'sb_x' }),
  [`GET ${PROJECT}/settings`]: () => json({ external: { email: true, google: true }, disable_signup: false }),
};
const space = { id: 's1', slug: 'acme', name: 'Acme Robotics', public_key: 'pk_1', published: true, settings: {}, created_at: '' };
const inside = {
  'GET /api/auth/me': () => json({ user: person, tenant, memberships: [] }),
  'GET /api/chat-spaces': () => json({ items: [space], next: null }),
  'GET /api/conversations': () => json({ items: [], next: null }),
};
const invitation = { workspace: 'Acme', inviter: 'Bob', email: 'ada@keller.example', role: 'agent', has_account: false };

/** The console at `path`, started. */
async function open(path: string, routes: Parameters<typeof serve>[0], clerk?: ClerkDouble) {
  if (clerk) window.Clerk = clerk;
  const heard = serve(routes);
  const session = await openConsole(path, isInvited);
  return { heard, session, user: userEvent.setup(vi.isFakeTimers() ? { advanceTimers: vi.advanceTimersByTime } : {}) };
}

function ada(organisations = [TOOLS]): ClerkDouble {
  const clerk = new ClerkDouble(organisations);
  clerk.comes('ada');
  return clerk;
}

beforeEach(() => {
  localStorage.clear();
  // Supabase's client writes down that there are several of it.
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});
afterEach(() => {
  vi.useRealTimers();
  delete window.Clerk;
  history.replaceState(null, '', '/');
});

describe('with accounts at Clerk the console', () => {
  it('leads to its log-in and its sign-up, and back to where somebody was', async () => {
    const clerk = new ClerkDouble();
    const { user } = await open('/app/spaces/acme?x=1', clerkRoutes, clerk);
    expect(await screen.findByText('Clerk keeps the accounts of this console.')).toBeVisible();
    expect(screen.queryByLabelText('Password')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Log in with Clerk' }));
    const back = `${location.origin}/app/spaces/acme`;
    expect(clerk.redirectToSignIn).toHaveBeenCalledExactlyOnceWith({ signInForceRedirectUrl: back, signUpForceRedirectUrl: back });
    await user.click(screen.getByRole('button', { name: 'Create an account with Clerk' }));
    expect(clerk.redirectToSignUp).toHaveBeenCalledOnce();
  });

  it('has a menu of organisations, and acts for the one chosen', async () => {
    const clerk = ada();
    const { user } = await open('/app/', { ...clerkRoutes, ...inside }, clerk);
    await user.click((await screen.findAllByRole('button', { name: /^Your account, Ada Keller/ }))[0] as HTMLElement);
    expect(await screen.findByRole('menuitemradio', { name: 'Your own workspace' })).toBeChecked();
    await user.click(screen.getByRole('menuitemradio', { name: 'Keller Tools' }));
    expect(clerk.setActive).toHaveBeenCalledExactlyOnceWith({ organization: TOOLS.id });
  });

  it('shows the account without a form, and where to change it', async () => {
    const clerk = ada();
    const { heard, user } = await open('/app/account', { ...clerkRoutes, ...inside }, clerk);
    await user.click(await screen.findByRole('button', { name: 'Open your profile' }));
    expect(clerk.redirectToUserProfile).toHaveBeenCalledOnce();
    expect(screen.getByText('admin@acme.example')).toBeVisible();
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(heard.map(({ route }) => route)).not.toContain('GET /api/auth/sessions');
  });

  it('says calmly why somebody cannot come in, and what they can do', async () => {
    const refusal = () => problem(403, 'forbidden', 'your organisation has no workspace yet: an admin of it comes first');
    const clerk = ada();
    clerk.organization = { id: TOOLS.id };
    const { user } = await open('/app/', { ...clerkRoutes, ...inside, 'GET /api/auth/me': refusal }, clerk);
    expect(await screen.findByText('Your organisation has no workspace yet: an admin of it comes first.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Your own workspace' }));
    expect(clerk.setActive).toHaveBeenCalledExactlyOnceWith({ organization: null });
    serve(inside);
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Acme Robotics' })).toBeVisible();
  });

  it('lets somebody out who cannot come in', async () => {
    const { user } = await open('/app/', { ...clerkRoutes, 'GET /api/auth/me': () => problem(403, 'forbidden', 'no') }, ada([]));
    await user.click(await screen.findByRole('button', { name: 'Log out' }));
    expect(await screen.findByRole('button', { name: 'Log in with Clerk' })).toBeVisible();
  });

  it('accepts an invitation after somebody has logged in, and keeps it until then', async () => {
    const clerk = new ClerkDouble();
    const accepting = {
      ...clerkRoutes,
      'POST /api/auth/invitation': () => json(invitation),
      'POST /api/auth/accept-invitation': () => problem(403, 'forbidden', 'the invitation is for another e-mail address than that of your account'),
    };
    const first = await open('/app/accept-invitation#token=abc', accepting, clerk);
    expect(await screen.findByText(/Log in as ada@keller.example, then accept/)).toBeVisible();
    expect(location.hash).toBe('');
    await first.user.click(screen.getByRole('button', { name: 'Log in with Clerk' }));
    const back = `${location.origin}/app/accept-invitation`;
    expect(clerk.redirectToSignIn).toHaveBeenCalledExactlyOnceWith({ signInForceRedirectUrl: back, signUpForceRedirectUrl: back });
    document.body.replaceChildren();

    const { heard, user } = await open('/app/accept-invitation', accepting, ada());
    expect(await screen.findByText('You are logged in as ada@keller.example.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Accept the invitation' }));
    expect(heard.at(-1)).toMatchObject({ token: 'ada alone 1', body: { token: 'abc' } });
    expect(await screen.findByRole('alert')).toHaveTextContent('The invitation is for another e-mail address');
    expect(heard.map(({ route }) => route)).not.toContain('GET /api/auth/me');
    await user.click(screen.getByRole('button', { name: 'Log in as someone else' }));
    expect(await screen.findByRole('button', { name: 'Log in with Clerk' })).toBeVisible();
  });

  it('forgets an invitation that is over', async () => {
    localStorage.setItem('parlance.invitation', 'abc');
    const over = () => problem(410, 'link_over', 'this link does not work any more');
    await open('/app/accept-invitation', { ...clerkRoutes, 'POST /api/auth/invitation': over }, ada());
    expect(await screen.findByRole('alert')).toHaveTextContent('This link does not work any more.');
    expect(localStorage.getItem('parlance.invitation')).toBeNull();
  });

  it('sends who comes by an old link to another password there', async () => {
    await open('/app/reset-password#token=x', clerkRoutes, new ClerkDouble());
    expect(await screen.findByRole('link', { name: 'Go on there' })).toHaveAttribute('href', '/app/forgot-password');
  });
});

describe('with accounts at Supabase the console', () => {
  it('offers what the project has', async () => {
    await open('/app/', supabaseRoutes);
    expect(await screen.findByText('Supabase keeps the accounts of this console.')).toBeVisible();
    expect(await screen.findByLabelText('Password')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Go on with Google' })).toBeVisible();
  });

  it('lets somebody in by password', async () => {
    const session = {
      access_token: 't1',
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: 'r1',
      user: { id: 'ada', email: 'ada@keller.example', app_metadata: {}, user_metadata: {}, aud: 'authenticated', created_at: '' },
    };
    const { user } = await open('/app/', { ...supabaseRoutes, ...inside, [`POST ${PROJECT}/token`]: () => json(session) });
    await user.type(await screen.findByLabelText('E-mail'), ' ada@keller.example ');
    await user.type(screen.getByLabelText('Password'), 'p{Enter}');
    expect(await screen.findByRole('link', { name: 'Acme Robotics' })).toBeVisible();
  });

  it('says why not', async () => {
    const wrong = () => json({ code: 'invalid_credentials', message: 'Invalid login credentials' }, 400);
    const { user } = await open('/app/', { ...supabaseRoutes, [`POST ${PROJECT}/token`]: wrong });
    await user.type(await screen.findByLabelText('E-mail'), 'ada@keller.example');
    await user.type(screen.getByLabelText('Password'), 'x{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Invalid login credentials.');
  });

  it('mails a link that makes an account, or helps who forgot the password', async () => {
    const routes = { ...supabaseRoutes, [`POST ${PROJECT}/otp`]: () => json({}) };
    for (const [path, create_user] of [
      ['/app/signup', true],
      ['/app/forgot-password', false],
    ] as const) {
      const { heard, user } = await open(path, routes);
      await user.type(await screen.findByLabelText('E-mail'), 'ada@keller.example{Enter}');
      expect(await screen.findByText(/A link is on its way to ada@keller.example/)).toBeVisible();
      expect(heard.at(-1)?.body).toMatchObject({ email: 'ada@keller.example', create_user });
      document.body.replaceChildren();
    }
  });

  it('makes no account where the project does not', async () => {
    const closed = () => json({ external: { email: true }, disable_signup: true });
    await open('/app/signup', { ...supabaseRoutes, [`GET ${PROJECT}/settings`]: closed });
    expect(await screen.findByText(/New accounts are made by whoever looks after this installation/)).toBeVisible();
  });

  it('asks again when the project was away', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let away = true;
    const settings = () => (away ? Promise.reject(new TypeError('Failed to fetch')) : supabaseRoutes[`GET ${PROJECT}/settings`]?.());
    const { user } = await open('/app/', { ...supabaseRoutes, [`GET ${PROJECT}/settings`]: settings as () => Response });
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(await screen.findByRole('alert')).toHaveTextContent('Supabase cannot be reached');
    away = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByLabelText('Password')).toBeVisible();
  });
});

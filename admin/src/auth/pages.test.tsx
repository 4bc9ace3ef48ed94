import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Suspense, type ReactNode } from 'react';
import { granted, json, problem, serve } from '../test/server';
import { ForgotPage } from './ForgotPage';
import { takeToken } from './fragment';
import { InvitationPage } from './InvitationPage';
import { leaveOutside, mailedPage, OutsidePage } from './outside';
import { ResetPage } from './ResetPage';
import { Session, SessionProvider } from './session';
import { SignUpPage } from './SignUpPage';
import { VerifyPage } from './VerifyPage';

function show(page: ReactNode) {
  const session = new Session(() => {});
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider value={session}>{page}</SessionProvider>
    </QueryClientProvider>,
  );
  return { session, user: userEvent.setup() };
}

/** The same, by an invitation: who keeps the accounts is found out first. */
async function showInvitation(routes: Parameters<typeof serve>[0]) {
  const heard = serve({ 'POST /api/auth/refresh': () => problem(401, 'unauthenticated', 'log in again'), ...routes });
  const shown = show(<InvitationPage token="abc" />);
  await shown.session.start();
  return { ...shown, heard };
}

const at = (address: string) => history.replaceState(null, '', address);
beforeEach(() => at('/app/'));
afterEach(() => at('/'));

describe('pages for who is outside', () => {
  it('sign up', async () => {
    const heard = serve({ 'POST /api/auth/signup': () => json(granted('t1')) });
    const { session, user } = show(<SignUpPage />);
    await user.type(screen.getByLabelText('Your name'), 'Ada Keller');
    await user.type(screen.getByLabelText('Company'), 'Keller Tools');
    await user.type(screen.getByLabelText('E-mail'), 'ada@keller.example');
    await user.type(screen.getByLabelText('Password'), 'wibble frost lantern{Enter}');
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('in'));
    expect(heard[0]?.body).toEqual({ name: 'Ada Keller', workspace: 'Keller Tools', email: 'ada@keller.example', password: 'wibble frost lantern' });
  });

  it('say why a password is not taken', async () => {
    serve({ 'POST /api/auth/signup': () => problem(422, 'weak_password', 'password: choose one that is harder to guess') });
    const { user } = show(<SignUpPage />);
    await user.type(screen.getByLabelText('Your name'), 'A');
    await user.type(screen.getByLabelText('Company'), 'B');
    await user.type(screen.getByLabelText('E-mail'), 'ada@keller.example');
    await user.type(screen.getByLabelText('Password'), 'password1234{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Password: choose one that is harder to guess.');
  });

  it('mail a link to another password, whoever asks', async () => {
    const heard = serve({ 'POST /api/auth/forgot-password': () => new Response('', { status: 202 }) });
    const { user } = show(<ForgotPage />);
    await user.type(screen.getByLabelText('E-mail'), 'ada@keller.example{Enter}');
    expect(await screen.findByRole('status')).toHaveTextContent('a link is on its way');
    expect(heard[0]?.body).toEqual({ email: 'ada@keller.example' });
  });

  it('take the token out of the address', () => {
    at('/app/reset-password#token=a-b_c');
    expect(takeToken()).toBe('a-b_c');
    expect(location.hash).toBe('');
    // A page's first render may be thrown away; another page has nothing of it.
    expect(takeToken()).toBe('a-b_c');
    at('/app/verify-email');
    expect(takeToken()).toBe('');
  });

  it('set another password by the link', async () => {
    at('/app/reset-password#token=abc');
    const heard = serve({ 'POST /api/auth/reset-password': () => new Response(null, { status: 204 }) });
    const { user } = show(<ResetPage />);
    await user.type(screen.getByLabelText('New password'), 'wibble frost lantern{Enter}');
    expect(await screen.findByRole('status')).toHaveTextContent('Your password is changed.');
    expect(heard[0]?.body).toEqual({ token: 'abc', password: 'wibble frost lantern' });
  });

  it('confirm an address with a click and not before', async () => {
    const heard = serve({ 'POST /api/auth/verify-email': () => json({ email: 'ada@keller.example' }) });
    const { user } = show(<VerifyPage token="abc" />);
    expect(heard).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Confirm the address' }));
    expect(await screen.findByRole('status')).toHaveTextContent('ada@keller.example is confirmed.');
    expect(heard[0]?.body).toEqual({ token: 'abc' });
  });

  it('let somebody without an account in by an invitation', async () => {
    const invitation = { workspace: 'Acme', inviter: 'Ada', email: 'bob@shop.example', role: 'agent', has_account: false };
    const { session, user, heard } = await showInvitation({
      'POST /api/auth/invitation': () => json(invitation),
      'POST /api/auth/accept-invitation': () => json(granted('t1')),
    });
    await user.type(await screen.findByLabelText('Your name'), 'Bob Roy');
    await user.type(screen.getByLabelText('Password'), 'wibble frost lantern{Enter}');
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('in'));
    expect(heard.at(-1)?.body).toEqual({ token: 'abc', name: 'Bob Roy', password: 'wibble frost lantern' });
  });

  it('send somebody with an account to the login', async () => {
    const { session, user } = await showInvitation({
      'POST /api/auth/invitation': () =>
        json({ workspace: 'Acme', inviter: null, email: 'bob@shop.example', role: 'viewer', has_account: true }),
      'POST /api/auth/accept-invitation': () => json({ joined: 'bob@shop.example' }),
    });
    await user.click(await screen.findByRole('button', { name: 'Accept the invitation' }));
    expect(await screen.findByRole('status')).toHaveTextContent('You belong to Acme now');
    expect(session.snapshot().phase).not.toBe('in');
  });

  it('say that an invitation is over', async () => {
    await showInvitation({
      'POST /api/auth/invitation': () => problem(410, 'link_over', 'this link does not work any more, ask for another one'),
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('This link does not work any more');
  });

  it('are found by their address', async () => {
    for (const [address, heading] of [
      ['/app/', 'Log in to the console'],
      ['/app/spaces/acme', 'Log in to the console'],
      ['/app/signup', 'Create an account'],
      ['/app/forgot-password/', 'Choose another password'],
    ] as const) {
      at(address);
      expect(mailedPage()).toBeNull();
      const { unmount } = render(
        <QueryClientProvider client={new QueryClient()}>
          <SessionProvider value={new Session(() => {})}>
            <Suspense>
              <OutsidePage ended={false} provider={null} />
            </Suspense>
          </SessionProvider>
        </QueryClientProvider>,
      );
      expect(await screen.findByRole('heading', { name: heading })).toBeInTheDocument();
      unmount();
    }
    at('/app/verify-email');
    expect(mailedPage()).not.toBeNull();
    at('/app/signup');
    leaveOutside();
    expect(location.pathname).toBe('/app/');
    at('/app/account');
    leaveOutside();
    expect(location.pathname).toBe('/app/account');
  });
});

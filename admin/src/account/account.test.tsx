import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Api, ApiProvider } from '../api/client';
import { Session, SessionProvider } from '../auth/session';
import { undoSeconds } from '../inbox/undo';
import { granted, json, problem, serve } from '../test/server';
import { AccountPage } from './AccountPage';
import { VerifyBanner } from './VerifyBanner';

const opened = (id: string, current: boolean, device: string) => ({
  id,
  current,
  device,
  address: '192.0.2.1',
  workspace: 'Acme',
  began_at: '2030-01-01T00:00:00Z',
  last_used_at: '2030-01-01T00:00:00Z',
});

async function shown(routes: Parameters<typeof serve>[0], page = <AccountPage />) {
  const heard = serve({
    'POST /api/auth/login': () => json(granted('t1')),
    'GET /api/auth/sessions': () => json({ items: [opened('s1', true, 'Firefox on Linux'), opened('s2', false, '')] }),
    'GET /api/auth/second-factor': () => json({ enabled: false, recovery_codes: 0 }),
    'GET /api/auth/notifications': () => json({ waiting_mail: true, deadline_mail: true, ticket_mail: true }),
    ...routes,
  });
  const session = new Session(() => {});
  await session.logIn('admin@acme.example', 'p');
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider value={session}>
        <ApiProvider value={new Api(session)}>{page}</ApiProvider>
      </SessionProvider>
    </QueryClientProvider>,
  );
  return { heard, session, user: userEvent.setup() };
}

describe('the account page', () => {
  it('has for how long a reply can be taken back', async () => {
    localStorage.clear();
    const { user } = await shown({});
    expect(screen.getByRole('radio', { name: '3 seconds' })).toBeChecked();
    await user.click(screen.getByRole('radio', { name: 'Off' }));
    expect(screen.getByRole('radio', { name: 'Off' })).toBeChecked();
    expect(undoSeconds()).toBe(0);
  });

  it('has whether one gets a mail where nobody is there', async () => {
    const { heard, user } = await shown({ 'PATCH /api/auth/notifications': ({ body }) => json(body) });
    const wanted = await screen.findByRole('switch', { name: 'When nobody is there', checked: true });
    await user.click(wanted);
    expect(await screen.findByRole('switch', { name: 'When nobody is there', checked: false })).toBeEnabled();
    expect(heard.at(-1)).toMatchObject({ route: 'PATCH /api/auth/notifications', body: { waiting_mail: false } });
  });

  it('says where that could not be changed, and leaves it as it was', async () => {
    const { user } = await shown({ 'PATCH /api/auth/notifications': () => problem(503, 'busy', 'try again') });
    await user.click(await screen.findByRole('switch', { name: 'When nobody is there', checked: true }));
    expect(await screen.findByRole('alert')).toBeVisible();
    expect(screen.getByRole('switch', { name: 'When nobody is there' })).toBeChecked();
  });

  it('changes the name, here and in the rest of the console', async () => {
    const renamed = { ...granted('').user, name: 'Ada K.' };
    const { session, user } = await shown({ 'PATCH /api/auth/me': () => json(renamed) });
    const name = screen.getByLabelText('Your name');
    await user.clear(name);
    await user.type(name, 'Ada K.{Enter}');
    expect(await screen.findByText('Your name is changed.')).toBeInTheDocument();
    expect(session.snapshot()).toMatchObject({ user: { name: 'Ada K.' } });
  });

  it('says that a password is wrong without ending the session', async () => {
    const { session, user } = await shown({
      'POST /api/auth/change-password': () => problem(401, 'invalid_credentials', 'the password is wrong'),
    });
    await user.type(screen.getByLabelText('Current password'), 'x');
    await user.type(screen.getByLabelText('New password'), 'wibble frost lantern{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('The password is wrong.');
    expect(session.snapshot().phase).toBe('in');
  });

  it('sets two-factor login up and shows the recovery codes once', async () => {
    let enabled = false;
    const { heard, user } = await shown({
      'GET /api/auth/second-factor': () => json({ enabled, recovery_codes: enabled ? 2 : 0 }),
      'POST /api/auth/second-factor': () => json({ secret: 'ABCDEFGH', url: 'otpauth://x', qr: { size: 9, path: 'M4 4h1v1h-1z' } }),
      'POST /api/auth/second-factor/enable': () => {
        enabled = true;
        return json({ recovery_codes: ['aaaa-bbbb', 'cccc-dddd'] });
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Set it up' }));
    expect(await screen.findByRole('img', { name: /QR code/ })).toHaveAttribute('viewBox', '0 0 9 9');
    expect(screen.getByText('ABCD EFGH')).toBeInTheDocument();
    const code = screen.getByLabelText('Code');
    await user.type(code, '123 456');
    const form = code.closest('form');
    if (!form) throw new Error('no form');
    await user.type(within(form).getByLabelText('Password'), 'p{Enter}');
    expect(await screen.findByText('aaaa-bbbb')).toBeInTheDocument();
    const proof = heard.find(({ route }) => route === 'POST /api/auth/second-factor/enable');
    expect(proof?.body).toEqual({ code: '123456', password: 'p' });
    await user.click(screen.getByRole('button', { name: 'I have kept them' }));
    expect(screen.queryByText('aaaa-bbbb')).toBeNull();
    expect(await screen.findByText(/It is on\. You have 2 recovery codes left/)).toBeInTheDocument();
  });

  it('ends another session and never this one', async () => {
    const { heard, user } = await shown({ 'DELETE /api/auth/sessions/s2': () => new Response(null, { status: 204 }) });
    const ends = await screen.findAllByRole('button', { name: /^End the session/ });
    expect(ends).toHaveLength(1);
    await user.click(await screen.findByRole('button', { name: 'End the session of An unknown device' }));
    await vi.waitFor(() => expect(heard.map(({ route }) => route)).toContain('DELETE /api/auth/sessions/s2'));
  });
});

describe('the banner', () => {
  it('stands until the address is confirmed and mails the link again', async () => {
    const user = { ...granted('').user, email_verified: false };
    const { heard, user: person } = await shown(
      { 'POST /api/auth/verify-email/resend': () => new Response('', { status: 202 }) },
      <VerifyBanner user={user} />,
    );
    await person.click(screen.getByRole('button', { name: 'Mail it again' }));
    expect(await screen.findByText('It is on its way again.')).toBeInTheDocument();
    expect(heard.at(-1)).toMatchObject({ route: 'POST /api/auth/verify-email/resend', token: 't1' });
  });

  it('goes when the address was confirmed elsewhere', async () => {
    const user = { ...granted('').user, email_verified: false };
    let confirmed = false;
    const { session } = await shown(
      { 'GET /api/auth/me': () => json({ user: { ...user, email_verified: confirmed }, memberships: [] }) },
      <VerifyBanner user={user} />,
    );
    const updated = vi.spyOn(session, 'update');
    confirmed = true;
    await vi.waitFor(() => {
      window.dispatchEvent(new Event('visibilitychange'));
      expect(updated).toHaveBeenCalledWith(expect.objectContaining({ email_verified: true }));
    });
  });
});

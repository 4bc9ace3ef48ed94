import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { granted, json, problem, serve } from '../test/server';
import { LoginForm } from './LoginForm';
import { Session, SessionProvider } from './session';

const LOGIN = 'POST /api/auth/login';

async function submitted(password: string) {
  const session = new Session(() => {});
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider value={session}>
        <LoginForm />
      </SessionProvider>
    </QueryClientProvider>,
  );
  const user = userEvent.setup(vi.isFakeTimers() ? { advanceTimers: vi.advanceTimersByTime } : {});
  await user.type(screen.getByLabelText('E-mail'), ' admin@acme.example ');
  await user.type(screen.getByLabelText('Password'), `${password}{Enter}`);
  return { session, user };
}

afterEach(() => void vi.useRealTimers());

describe('the login form', () => {
  it('logs in', async () => {
    const heard = serve({ [LOGIN]: () => json(granted('t1')) });
    const { session } = await submitted('acmedemo1!');
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('in'));
    expect(heard[0]?.body).toEqual({ email: 'admin@acme.example', password: 'acmedemo1!' });
  });

  it('says why not', async () => {
    serve({ [LOGIN]: () => problem(401, 'invalid_credentials', 'e-mail or password is wrong') });
    await submitted('wrong');
    expect(await screen.findByRole('alert')).toHaveTextContent('E-mail or password is wrong.');
    expect(screen.getByRole('button', { name: 'Log in' })).toBeEnabled();
  });

  it('waits as long as the server wants', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    serve({ [LOGIN]: () => problem(429, 'rate_limited', 'too many attempts, try again later', { 'retry-after': '2' }) });
    await submitted('wrong');
    expect(await screen.findByRole('button', { name: 'Try again in 2 s' })).toBeDisabled();
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(screen.getByRole('button', { name: 'Log in' })).toBeEnabled();
  });

  it('asks for a code where one is needed, and goes on with the same password', async () => {
    const heard = serve({
      [LOGIN]: ({ body }) =>
        (body as { code?: string }).code === '123456' ? json(granted('t1')) : problem(401, 'code_required', 'the code is needed'),
    });
    const { session, user } = await submitted('acmedemo1!');
    const code = await screen.findByLabelText('Code');
    expect(code).toHaveFocus();
    expect(screen.queryByRole('alert')).toBeNull();
    await user.type(code, ' 123 456{Enter}');
    await vi.waitFor(() => expect(session.snapshot().phase).toBe('in'));
    expect(heard.at(-1)?.body).toEqual({ email: 'admin@acme.example', password: 'acmedemo1!', code: '123456' });
  });

  it('says that a code is wrong and asks for the next one', async () => {
    serve({
      [LOGIN]: ({ body }) => ((body as { code?: string }).code ? problem(401, 'invalid_code', 'the code is wrong') : problem(401, 'code_required', 'x')),
    });
    const { user } = await submitted('acmedemo1!');
    await user.type(await screen.findByLabelText('Code'), '000000{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('The code is wrong.');
    await user.click(screen.getByRole('button', { name: 'Log in as someone else' }));
    expect(screen.getByLabelText('Password')).toHaveValue('');
  });

  it('shows the password when asked to', async () => {
    serve({});
    const { user } = await submitted('secret');
    expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'password');
    await user.click(screen.getByRole('button', { name: 'Show the password' }));
    expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
  });
});

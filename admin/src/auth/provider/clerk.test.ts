import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClerkDouble, FRONTEND_API, TOOLS } from '../../test/clerk';
import { Clerk, type ClerkKeeper } from './clerk';

const keeper: ClerkKeeper = { provider: 'clerk', publishable_key: 'pk_test_x', frontend_api: FRONTEND_API };

afterEach(() => {
  delete window.Clerk;
  document.head.replaceChildren();
});

async function loaded(double = new ClerkDouble()) {
  window.Clerk = double;
  return { double, clerk: await Clerk.load(keeper) };
}

/** The element that loads the script, once it is there. */
const element = () => vi.waitFor(() => document.querySelector('script') ?? Promise.reject(new Error('no script')));

describe('clerk', () => {
  it('comes from the instance itself, with its key, and without telemetry', async () => {
    const loading = Clerk.load(keeper);
    const script = await element();
    expect(script.src).toBe(`${FRONTEND_API}/npm/@clerk/clerk-js@5/dist/clerk.headless.browser.js`);
    expect(script.getAttribute('data-clerk-publishable-key')).toBe('pk_test_x');
    const double = new ClerkDouble();
    window.Clerk = double;
    script.dispatchEvent(new Event('load'));
    expect(await (await loading).token()).toBeNull();
    expect(double.load).toHaveBeenCalledExactlyOnceWith({ telemetry: false });
  });

  it('is away when its script does not load, and is asked for anew later', async () => {
    const loading = Clerk.load(keeper);
    (await element()).dispatchEvent(new Event('error'));
    await expect(loading).rejects.toMatchObject({ code: 'unreachable', detail: 'Clerk cannot be reached, and it keeps the accounts' });
    expect(document.querySelector('script')).toBeNull();
  });

  it('has a token of who is logged in, and another one when asked for', async () => {
    const { double, clerk } = await loaded();
    double.comes('ada');
    expect(await clerk.token()).toBe('ada alone 1');
    expect(await clerk.token()).toBe('ada alone 1');
    expect(await clerk.fresh()).toBe('ada alone 2');
    expect(await clerk.address()).toBe('ada@keller.example');
  });

  it('has none while something is left to do', async () => {
    const { double, clerk } = await loaded();
    double.comes('ada', 'pending');
    expect(await clerk.token()).toBeNull();
  });

  it('is away when no token can be had', async () => {
    const { double, clerk } = await loaded();
    double.comes('ada');
    if (double.session) double.session.getToken = () => Promise.reject(new Error('offline'));
    await expect(clerk.token()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('tells of changes alone, and not while one is on its way', async () => {
    const { double, clerk } = await loaded(new ClerkDouble([TOOLS]));
    const changed = vi.fn();
    clerk.watch(changed);
    expect(changed).not.toHaveBeenCalled();
    double.comes('ada');
    double.emit();
    expect(changed).toHaveBeenCalledTimes(1);
    await clerk.actFor(TOOLS.id);
    expect(changed).toHaveBeenCalledTimes(2);
    expect(clerk.organisation()).toBe(TOOLS.id);
    expect(clerk.organisations()).toEqual([TOOLS]);
    await clerk.logOut();
    expect(changed).toHaveBeenCalledTimes(3);
  });

  it('says in its own words why an organisation is closed', async () => {
    const { double, clerk } = await loaded(new ClerkDouble([TOOLS]));
    double.setActive.mockRejectedValueOnce({ errors: [{ message: 'You are not a member' }] });
    await expect(clerk.actFor(TOOLS.id)).rejects.toMatchObject({ detail: 'You are not a member' });
  });

  it('leads to its own pages and back', async () => {
    const { double, clerk } = await loaded();
    const back = { signInForceRedirectUrl: 'https://x.example/a', signUpForceRedirectUrl: 'https://x.example/a' };
    await clerk.go('log-in', 'https://x.example/a');
    await clerk.go('sign-up', 'https://x.example/a');
    await clerk.go('profile', 'https://x.example/a');
    expect(double.redirectToSignIn).toHaveBeenCalledExactlyOnceWith(back);
    expect(double.redirectToSignUp).toHaveBeenCalledExactlyOnceWith(back);
    expect(double.redirectToUserProfile).toHaveBeenCalledOnce();
  });
});

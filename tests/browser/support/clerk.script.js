/** What a page sees of Clerk: the documented globals of its script, as far as the console uses them. */
(() => {
  const { src, dataset } = document.querySelector('script[data-clerk-publishable-key]');
  const { origin } = new URL(src);
  if (!dataset.clerkPublishableKey.startsWith('pk_')) throw new Error('no publishable key');
  const listeners = new Set();
  const ask = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await fetch(origin + path, init)).json();
  };

  window.Clerk = {
    session: undefined,
    user: undefined,
    organization: undefined,
    async load() {
      // As the real one, whose timers run in a worker.
      new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))).onmessage = ({ target }) => target.terminate();
      take(await ask('/v1/client'));
    },
    addListener(listener) {
      listeners.add(listener);
      listener();
      return () => listeners.delete(listener);
    },
    async setActive({ organization }) {
      Object.assign(this, { session: undefined, user: undefined, organization: undefined });
      emit();
      take(await ask('/v1/client/touch', { organisation: organization }));
    },
    async redirectToSignIn({ signInForceRedirectUrl }) {
      location.assign(`${origin}/sign-in?redirect_url=${encodeURIComponent(signInForceRedirectUrl)}`);
    },
    async signOut(afterwards) {
      take(await ask('/v1/client/out', {}));
      afterwards();
    },
  };

  const emit = () => listeners.forEach((listener) => listener());

  function take({ session, user, organisation }) {
    window.Clerk.session = session && { ...session, getToken: async () => (await ask('/v1/client/token', {})).jwt };
    window.Clerk.user = user && {
      id: user.id,
      primaryEmailAddress: { emailAddress: user.email },
      organizationMemberships: user.organisations.map((organization) => ({ organization })),
    };
    window.Clerk.organization = organisation ? { id: organisation } : null;
    emit();
  }
})();

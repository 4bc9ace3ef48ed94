import { AuthClient, isAuthApiError, isAuthRetryableFetchError, type GoTrueClient, type Provider as OAuth } from '@supabase/auth-js';
import { Problem } from '../../api/problem';
import { OAUTH } from './oauth';
import { away, type ProviderBase } from './provider';

export interface SupabaseKeeper {
  provider: 'supabase';
  /** The project's. */
  url: string;
  publishable_key: string;
}

/** What the project lets people log in with. */
export interface Methods {
  /** By password, and by a link that is mailed. */
  email: boolean;
  /** Whether anybody may make an account. */
  signUp: boolean;
  oauth: { id: string; name: string }[];
}

const KEPT = 'parlance.supabase';
/** What Supabase adds to the address that a link leads back to. */
const RETURNED = ['code', 'error', 'error_code', 'error_description', 'sb'];

/** Supabase Auth, by its own client; the pages are ours. */
export class Supabase implements ProviderBase {
  readonly kind = 'supabase';
  readonly name = 'Supabase';

  private constructor(
    private readonly client: GoTrueClient,
    private readonly keeper: SupabaseKeeper,
    /** Why the link that led here did not log anybody in. */
    readonly notice: Problem | null,
  ) {}

  static async load(keeper: SupabaseKeeper): Promise<Supabase> {
    const client = new AuthClient({
      url: `${keeper.url}/auth/v1`,
      headers: { apikey: keeper.publishable_key },
      storageKey: KEPT,
      flowType: 'pkce',
    });
    // It begins by itself, with what the address says; this waits for that.
    const { error } = await client.initialize();
    return new Supabase(client, keeper, leftover(error));
  }

  async token(): Promise<string | null> {
    return (await this.session())?.access_token ?? null;
  }

  private async session() {
    const { data, error } = await this.client.getSession();
    if (isAuthRetryableFetchError(error)) throw away(this.name);
    return data.session;
  }

  async fresh(): Promise<string | null> {
    const { data, error } = await this.client.refreshSession();
    if (isAuthRetryableFetchError(error)) throw away(this.name);
    return data.session?.access_token ?? null;
  }

  async address(): Promise<string | null> {
    return (await this.session())?.user.email ?? null;
  }

  async logOut(): Promise<void> {
    told(await this.client.signOut({ scope: 'local' }));
  }

  watch(changed: () => void): void {
    let known: string | undefined;
    this.client.onAuthStateChange((event, session) => {
      const now = session?.user.id ?? '';
      const news = known !== undefined && known !== now;
      known = now;
      if (news && event !== 'INITIAL_SESSION') changed();
    });
    // The client hears of what another tab did before this one can read it: only this event says that it can.
    addEventListener('storage', ({ key, oldValue, newValue }) => {
      if (key === null || (key === KEPT && userOf(oldValue) !== userOf(newValue))) changed();
    });
  }

  /** @throws {Problem} `unreachable` */
  async methods(signal?: AbortSignal): Promise<Methods> {
    const headers = { apikey: this.keeper.publishable_key };
    const answer = await fetch(`${this.keeper.url}/auth/v1/settings`, { headers, signal: signal ?? null }).catch(() => null);
    if (!answer?.ok) throw away(this.name);
    const { external, disable_signup } = (await answer.json()) as { external: Record<string, boolean>; disable_signup: boolean };
    return {
      email: external.email === true,
      signUp: !disable_signup,
      oauth: OAUTH.filter(({ id }) => external[id] === true),
    };
  }

  /** @throws {Problem} `invalid_credentials` and others, in Supabase's words */
  async withPassword(email: string, password: string): Promise<void> {
    told(await this.client.signInWithPassword({ email, password }));
  }

  /** Mails a link that leads to `back` in this browser, and makes an account where there is none and `signUp` allows it. */
  async withLink(email: string, back: string, signUp: boolean): Promise<void> {
    told(await this.client.signInWithOtp({ email, options: { emailRedirectTo: back, shouldCreateUser: signUp } }));
  }

  /** To the page of an OAuth provider, and from there to `back`. */
  async withOAuth(provider: string, back: string): Promise<void> {
    told(await this.client.signInWithOAuth({ provider: provider as OAuth, options: { redirectTo: back } }));
  }
}

/** Whose session it is that the client keeps. */
function userOf(kept: string | null): string | undefined {
  return kept ? (JSON.parse(kept) as { user?: { id: string } }).user?.id : undefined;
}

function told({ error }: { error: Error | null }): void {
  if (error) throw problem(error);
}

function problem(error: Error): Problem {
  if (isAuthRetryableFetchError(error)) return away('Supabase');
  return isAuthApiError(error) ? new Problem(error.code ?? 'refused', error.status, error.message) : new Problem('refused', 400, error.message);
}

/** Why nobody was logged in by the address that led here, which is cleaned of it. */
function leftover(error: Error | null): Problem | null {
  const url = new URL(location.href);
  const fragment = new URLSearchParams(url.hash.slice(1));
  const code = url.searchParams.has('code');
  if (!RETURNED.some((name) => url.searchParams.has(name) || fragment.has(name))) return null;
  for (const name of RETURNED) {
    url.searchParams.delete(name);
    fragment.delete(name);
  }
  url.hash = fragment.toString();
  history.replaceState(history.state, '', url);
  if (error) return problem(error);
  // A link that was opened in another browser than that which asked for it.
  return code ? new Problem('refused', 400, 'this link works only in the browser that asked for it: log in here anew') : null;
}

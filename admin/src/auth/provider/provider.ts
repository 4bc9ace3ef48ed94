import { Problem } from '../../api/problem';
import type { Clerk, ClerkKeeper } from './clerk';
import type { Supabase, SupabaseKeeper } from './supabase';

/** Who keeps the accounts, as `GET /api/auth/provider` tells. */
export type Keeper = { provider: 'local' } | ClerkKeeper | SupabaseKeeper;

/** An identity provider in the browser: who is logged in there, and the token that says so to our API. */
export interface ProviderBase {
  /** As people know it. */
  readonly name: string;

  /**
   * A token that is good now; none while nobody is logged in.
   *
   * @throws {Problem} `unreachable`
   */
  token(): Promise<string | null>;

  /** The same, but another one than that which was just refused. */
  fresh(): Promise<string | null>;

  /** The address of who is logged in, as far as it is known without asking. */
  address(): Promise<string | null>;

  /** @throws {Problem} when it was not done */
  logOut(): Promise<void>;

  /** `changed` is called when somebody else is logged in, nobody is any more, or they act for another organisation; in any tab. */
  watch(changed: () => void): void;
}

export type Provider = Clerk | Supabase;

/**
 * Gets what logs people in there, in a chunk of its own.
 *
 * @throws {Problem} `unreachable`
 */
export async function load(keeper: Keeper): Promise<Provider> {
  try {
    // What is shown with it: no page has to wait for that later, or find that it is gone.
    await import('./pages');
    switch (keeper.provider) {
      case 'clerk':
        return await (await import('./clerk')).Clerk.load(keeper);
      case 'supabase':
        return await (await import('./supabase')).Supabase.load(keeper);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
  }
  throw away(keeper.provider === 'clerk' ? 'Clerk' : 'Supabase');
}

/** The provider does not answer. */
export function away(name: string): Problem {
  return new Problem('unreachable', 0, `${name} cannot be reached, and it keeps the accounts`);
}

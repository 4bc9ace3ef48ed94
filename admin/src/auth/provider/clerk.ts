import { Problem } from '../../api/problem';
import { away, type ProviderBase } from './provider';

export interface ClerkKeeper {
  provider: 'clerk';
  publishable_key: string;
  /** Where the instance's own Frontend API is: an origin. */
  frontend_api: string;
}

/** What is used of Clerk's script. `undefined` is what is on its way, `null` what is not there. */
export interface ClerkJs {
  session?: { id: string; status: string; getToken(options?: { skipCache: boolean }): Promise<string | null> } | null | undefined;
  user?: {
    id: string;
    primaryEmailAddress?: { emailAddress: string } | null;
    organizationMemberships: { organization: { id: string; name: string } }[];
  } | null | undefined;
  organization?: { id: string } | null | undefined;
  load(options: { telemetry: boolean }): Promise<void>;
  addListener(changed: () => void): () => void;
  setActive(to: { organization: string | null }): Promise<void>;
  redirectToSignIn(back: Back): Promise<unknown>;
  redirectToSignUp(back: Back): Promise<unknown>;
  redirectToUserProfile(): Promise<unknown>;
  signOut(afterwards: () => void): Promise<void>;
}

interface Back {
  signInForceRedirectUrl: string;
  signUpForceRedirectUrl: string;
}

export interface Organisation {
  id: string;
  name: string;
}

declare global {
  interface Window {
    Clerk?: ClerkJs;
  }
}

/** The major version whose globals are used here; without what draws its own pages. */
const SCRIPT = '/npm/@clerk/clerk-js@5/dist/clerk.headless.browser.js';

/** Clerk, by the script that the instance serves itself, and the pages that it hosts. */
export class Clerk implements ProviderBase {
  readonly kind = 'clerk';
  readonly name = 'Clerk';

  private constructor(private readonly clerk: ClerkJs) {}

  static async load(keeper: ClerkKeeper): Promise<Clerk> {
    const clerk = window.Clerk ?? (await script(keeper));
    await clerk.load({ telemetry: false });
    return new Clerk(clerk);
  }

  token(): Promise<string | null> {
    return this.get(false);
  }

  fresh(): Promise<string | null> {
    return this.get(true);
  }

  private async get(skipCache: boolean): Promise<string | null> {
    const { session } = this.clerk;
    // One with something left to do, such as choosing an organisation: the log-in goes on with that.
    if (!session || session.status === 'pending') return null;
    try {
      return await session.getToken({ skipCache });
    } catch {
      throw away(this.name);
    }
  }

  async address(): Promise<string | null> {
    return this.clerk.user?.primaryEmailAddress?.emailAddress ?? null;
  }

  async logOut(): Promise<void> {
    try {
      // Clerk loads another page afterwards, unless something else is to happen.
      await this.clerk.signOut(() => undefined);
    } catch {
      throw away(this.name);
    }
  }

  watch(changed: () => void): void {
    let known = this.who();
    this.clerk.addListener(() => {
      const now = this.who();
      if (now === undefined || now === known) return;
      known = now;
      changed();
    });
  }

  /** Whose session it is and for whom they act; nothing while that is changing. */
  private who(): string | undefined {
    const { session, user, organization } = this.clerk;
    return session === undefined ? undefined : [session?.id, session?.status, user?.id, organization?.id].join(' ');
  }

  /** To Clerk's own page, and from there to `back`. */
  async go(where: 'log-in' | 'sign-up' | 'profile', back: string): Promise<void> {
    const to = { signInForceRedirectUrl: back, signUpForceRedirectUrl: back };
    if (where === 'log-in') await this.clerk.redirectToSignIn(to);
    else if (where === 'sign-up') await this.clerk.redirectToSignUp(to);
    else await this.clerk.redirectToUserProfile();
  }

  /** Those that the person belongs to. */
  organisations(): Organisation[] {
    return this.clerk.user?.organizationMemberships.map(({ organization: { id, name } }) => ({ id, name })) ?? [];
  }

  /** The one they act for. */
  organisation(): string | null {
    return this.clerk.organization?.id ?? null;
  }

  /** Acts for another one, or for none. Whoever watches hears of it. */
  async actFor(organization: string | null): Promise<void> {
    try {
      await this.clerk.setActive({ organization });
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** Why Clerk did not do something, in its words where it has answered. */
function refusal(error: unknown): Problem {
  const { errors } = error as { errors?: { message: string }[] };
  return errors?.[0] ? new Problem('refused', 400, errors[0].message) : away('Clerk');
}

/** Clerk's script reads its key from the element and leaves itself in `window.Clerk`. */
function script({ frontend_api, publishable_key }: ClerkKeeper): Promise<ClerkJs> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    const fail = () => {
      element.remove();
      reject(away('Clerk'));
    };
    element.src = frontend_api + SCRIPT;
    element.async = true;
    element.crossOrigin = 'anonymous';
    element.dataset.clerkPublishableKey = publishable_key;
    element.addEventListener('load', () => (window.Clerk ? resolve(window.Clerk) : fail()));
    element.addEventListener('error', fail);
    document.head.append(element);
  });
}

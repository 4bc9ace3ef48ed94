import { vi } from 'vitest';
import type { ClerkJs, Organisation } from '../auth/provider/clerk';
import { json, problem } from './server';

export const FRONTEND_API = 'https://clerk.shop.example';
export const TOOLS: Organisation = { id: 'org_tools', name: 'Keller Tools' };

/** What tells a console that Clerk keeps the accounts. */
export const clerkRoutes = {
  'POST /api/auth/refresh': () => problem(409, 'conflict', 'accounts are kept by clerk'),
  'GET /api/auth/provider': () => json({ provider: 'clerk', publishable_key: 'pk_test_x', frontend_api: FRONTEND_API }),
};

/** Stands in for Clerk's script: the globals that it documents, and who is logged in. */
export class ClerkDouble implements ClerkJs {
  session: ClerkJs['session'];
  user: ClerkJs['user'];
  organization: ClerkJs['organization'];
  private readonly listeners = new Set<() => void>();
  private made = 0;
  private cached = '';

  constructor(private readonly organisations: Organisation[] = []) {}

  load = vi.fn(async () => {
    // Before it is known that nobody is logged in, it is `undefined`.
    this.session ??= null;
    this.user ??= null;
    this.organization ??= null;
  });

  comes(id: string, status = 'active'): void {
    this.session = {
      id: `sess_${id}`,
      status,
      getToken: async (options) => {
        if (!this.cached || options?.skipCache) this.cached = `${id} ${this.organization?.id ?? 'alone'} ${++this.made}`;
        return this.cached;
      },
    };
    this.user = {
      id,
      primaryEmailAddress: { emailAddress: `${id}@keller.example` },
      organizationMemberships: this.organisations.map((organization) => ({ organization })),
    };
    this.organization ??= null;
    this.emit();
  }

  goes(): void {
    this.cached = '';
    this.session = this.user = this.organization = null;
    this.emit();
  }

  emit(): void {
    this.listeners.forEach((listener) => listener());
  }

  addListener(listener: () => void): () => void {
    this.listeners.add(listener);
    listener();
    return () => this.listeners.delete(listener);
  }

  setActive = vi.fn(async ({ organization }: { organization: string | null }) => {
    const { session, user } = this;
    this.session = this.user = this.organization = undefined;
    this.emit();
    this.cached = '';
    Object.assign(this, { session, user, organization: organization ? { id: organization } : null });
    this.emit();
  });

  signOut = vi.fn(async (afterwards: () => void) => {
    this.goes();
    afterwards();
  });

  redirectToSignIn = vi.fn(async () => undefined);
  redirectToSignUp = vi.fn(async () => undefined);
  redirectToUserProfile = vi.fn(async () => undefined);
}

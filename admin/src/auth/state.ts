import type { Problem } from '../api/problem';

export interface User {
  id: string;
  email: string;
  name: string;
  /** Without it nobody is invited and nothing is published. */
  email_verified: boolean;
  second_factor: boolean;
}

export interface Identity {
  user: User;
  tenant: { id: string; role: string };
  /** Of an operator who acts as the workspace. */
  acting?: Acting;
}

export interface Acting {
  workspace: string;
  reason: string;
  may_write: boolean;
  /** When it ends by itself. */
  until: string;
  /** In the place of a role's. */
  permissions: string[];
}

export type SessionState =
  | { phase: 'starting' }
  | { phase: 'unreachable'; problem: Problem }
  /** `ended`: it was over by itself, not by logging out. */
  | { phase: 'out'; ended: boolean }
  /** Logged in with an identity provider, to accept an invitation; the server has not been asked who that is. */
  | { phase: 'arrived' }
  /** Logged in with an identity provider, and the server does not let them in. */
  | { phase: 'refused'; problem: Problem }
  | ({ phase: 'in' } & Identity);

/** What the console knows of who is logged in, for whoever wants to hear of it. */
export class Held {
  private state: SessionState = { phase: 'starting' };
  private readonly listeners = new Set<() => void>();

  /** @param forget drops what was fetched for the one who was logged in; `moved`: the console goes on as another one */
  constructor(private readonly forget: (moved: boolean) => void) {}

  /** Somebody is logged in, perhaps as before. */
  enter({ user, tenant, acting }: Identity): void {
    const before = this.state;
    const same = before.phase === 'in' && before.user.id === user.id && before.tenant.id === tenant.id;
    // Another tab may have logged in as someone else.
    if (before.phase === 'in' && !same) this.forget(true);
    const alike = same && JSON.stringify(before.user) === JSON.stringify(user) && before.tenant.role === tenant.role;
    if (!alike) this.set({ phase: 'in', user, tenant, ...(acting && { acting }) });
  }

  /** Nobody is in any more. */
  leave(state: Exclude<SessionState, { phase: 'in' }>): void {
    this.forget(false);
    this.set(state);
  }

  /** The person as they are now. */
  update(user: User): void {
    if (this.state.phase === 'in' && this.state.user.id === user.id) this.set({ ...this.state, user });
  }

  set(state: SessionState): void {
    this.state = state;
    this.listeners.forEach((changed) => changed());
  }

  readonly subscribe = (changed: () => void) => {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  };
  readonly snapshot = () => this.state;
}

import { createContext, use, useSyncExternalStore } from 'react';
import type { Tokens } from '../api/client';
import { call } from '../api/http';
import { Problem } from '../api/problem';

export interface User {
  id: string;
  email: string;
  name: string;
  /** Without it nobody is invited and nothing is published. */
  email_verified: boolean;
  second_factor: boolean;
}

export interface NewAccount {
  email: string;
  password: string;
  name: string;
  workspace: string;
}

export interface Identity {
  user: User;
  tenant: { id: string; role: string };
}

interface Granted extends Identity {
  access_token: string;
  expires_in: number;
}

export type SessionState =
  | { phase: 'starting' }
  | { phase: 'unreachable'; problem: Problem }
  /** `ended`: it was over by itself, not by logging out. */
  | { phase: 'out'; ended: boolean }
  | ({ phase: 'in' } & Identity);

/** Renew this long before the token ends, so that none ends on the way. */
const MARGIN_MS = 30_000;
/** The lock and channel that the tabs of one browser share. */
const SHARED = 'parlance.session';

/**
 * Who is logged in. The access token is in memory alone; a cookie that no script can read brings
 * the session back after a reload.
 *
 * The server rotates that cookie with every use and ends the session when one is used twice. So
 * whatever changes it happens one after the other: requests of this tab wait for one renewal, and
 * tabs wait for each other by a lock.
 */
export class Session implements Tokens {
  private state: SessionState = { phase: 'starting' };
  private token = '';
  private goodUntil = 0;
  private renewal: Promise<string> | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly tabs = new BroadcastChannel(SHARED);

  /** @param forget drops what was fetched for the one who was logged in */
  constructor(private readonly forget: () => void) {
    this.tabs.onmessage = ({ data }) => {
      if (data === 'out' && this.state.phase === 'in') this.end(false);
      if (data === 'in' && this.state.phase === 'out') void this.start();
    };
  }

  /** Brings the session back by its cookie, when there is one. */
  async start(): Promise<void> {
    this.set({ phase: 'starting' });
    await this.renew().catch(() => undefined);
  }

  /** @throws {Problem} `invalid_credentials`, `code_required`, `invalid_code`, `rate_limited` */
  logIn(email: string, password: string, code?: string): Promise<void> {
    return this.begin('/api/auth/login', { email, password, code });
  }

  /** @throws {Problem} `email_taken`, `weak_password`, `invalid_request`, `rate_limited` */
  signUp(account: NewAccount): Promise<void> {
    return this.begin('/api/auth/signup', account);
  }

  /**
   * Comes into a workspace by an invitation: without an account, with one that is made and a session;
   * with one, to log in with. Returns its address then.
   *
   * @throws {Problem} `link_over`, `weak_password`, `email_unconfirmed`, `rate_limited`
   */
  async accept(invitation: { token: string; name?: string; password?: string }): Promise<string | undefined> {
    let joined: string | undefined;
    await alone(async () => {
      const answer = (await call('/api/auth/accept-invitation', { method: 'POST', body: invitation })) as { joined?: string };
      joined = answer.joined;
      if (joined === undefined) this.grant(answer);
    });
    if (joined === undefined) this.tabs.postMessage('in');
    return joined;
  }

  /** Goes on in another workspace of the person: other tabs do so with their next renewal. */
  async switchTo(tenant: string): Promise<void> {
    const token = await this.current();
    await alone(async () => this.grant(await call('/api/auth/switch', { method: 'POST', body: { tenant }, token })));
  }

  private async begin(path: string, body: unknown): Promise<void> {
    await alone(async () => this.grant(await call(path, { method: 'POST', body })));
    this.tabs.postMessage('in');
  }

  /** The person as they are now. */
  update(user: User): void {
    if (this.state.phase === 'in' && this.state.user.id === user.id) this.set({ ...this.state, user });
  }

  /** @throws {Problem} when the server did not hear of it: then the session goes on */
  async logOut(): Promise<void> {
    await alone(() => call('/api/auth/logout', { method: 'POST' }));
    this.end(false);
    this.tabs.postMessage('out');
  }

  async current(): Promise<string> {
    return this.token && Date.now() < this.goodUntil ? this.token : this.renew();
  }

  async renewed(refused: string): Promise<string> {
    return this.token && this.token !== refused ? this.token : this.renew();
  }

  private renew(): Promise<string> {
    this.renewal ??= alone(() => this.refresh()).finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async refresh(): Promise<string> {
    try {
      this.grant(await call('/api/auth/refresh', { method: 'POST', keepalive: true }));
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable();
      if (problem.status === 401) this.end(this.state.phase === 'in');
      else if (this.state.phase === 'starting') this.set({ phase: 'unreachable', problem });
      throw problem;
    }
    return this.token;
  }

  private grant(answer: unknown): void {
    const { access_token, expires_in, user, tenant } = answer as Granted;
    const before = this.state;
    this.token = access_token;
    this.goodUntil = Date.now() + expires_in * 1000 - MARGIN_MS;
    const same = before.phase === 'in' && before.user.id === user.id && before.tenant.id === tenant.id;
    // Another tab may have logged in as someone else: the cookie is theirs now.
    if (before.phase === 'in' && !same) this.forget();
    const alike = same && JSON.stringify(before.user) === JSON.stringify(user) && before.tenant.role === tenant.role;
    if (!alike) this.set({ phase: 'in', user, tenant });
  }

  private end(ended: boolean): void {
    this.token = '';
    this.forget();
    this.set({ phase: 'out', ended });
  }

  private set(state: SessionState): void {
    this.state = state;
    this.listeners.forEach((changed) => changed());
  }

  readonly subscribe = (changed: () => void) => {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  };
  readonly snapshot = () => this.state;
}

/** Runs while no other tab does. Without the API for it (a page over plain HTTP) there is no waiting. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(SHARED, work) as Promise<T>) : work();
}

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('no SessionProvider above');
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

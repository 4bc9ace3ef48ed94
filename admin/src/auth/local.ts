import { call } from '../api/http';
import { Problem } from '../api/problem';
import type { Accounts, Invited, NewAccount } from './accounts';
import type { Held, Identity } from './state';

interface Granted extends Identity {
  access_token: string;
  expires_in: number;
}

/** Renew this long before the token ends, so that none ends on the way. */
const MARGIN_MS = 30_000;
/** The lock and channel that the tabs of one browser share. */
const SHARED = 'parlance.session';

/**
 * Accounts that our server keeps. The access token is in memory alone; a cookie that no script can read
 * brings the session back after a reload.
 *
 * The server rotates that cookie with every use and ends the session when one is used twice. So
 * whatever changes it happens one after the other: requests of this tab wait for one renewal, and
 * tabs wait for each other by a lock.
 */
export class LocalAccounts implements Accounts {
  private token = '';
  private goodUntil = 0;
  private renewal: Promise<string> | null = null;
  private readonly tabs = new BroadcastChannel(SHARED);

  /** @param restart brings the session back after another tab has logged in */
  constructor(
    private readonly held: Held,
    restart: () => void,
  ) {
    this.tabs.onmessage = ({ data }) => {
      const { phase } = held.snapshot();
      if (data === 'out' && phase === 'in') this.end(false);
      if (data === 'in' && phase === 'out') restart();
    };
  }

  /** @throws {Problem} `invalid_credentials`, `code_required`, `invalid_code`, `rate_limited` */
  logIn(email: string, password: string, code?: string): Promise<void> {
    return this.begin('/api/auth/login', { email, password, code });
  }

  /** @throws {Problem} `email_taken`, `weak_password`, `invalid_request`, `rate_limited` */
  signUp(account: NewAccount): Promise<void> {
    return this.begin('/api/auth/signup', account);
  }

  /** Who has an account logs in with it then: a link is no password. */
  async accept(invitation: Invited): Promise<string | undefined> {
    let joined: string | undefined;
    await alone(async () => {
      const answer = (await call('/api/auth/accept-invitation', { method: 'POST', body: invitation })) as { joined?: string };
      joined = answer.joined;
      if (joined === undefined) this.grant(answer);
    });
    if (joined === undefined) this.tabs.postMessage('in');
    return joined;
  }

  /** Other tabs do so with their next renewal. */
  async switchTo(tenant: string): Promise<void> {
    const token = await this.current();
    await alone(async () => this.grant(await call('/api/auth/switch', { method: 'POST', body: { tenant }, token })));
  }

  private async begin(path: string, body: unknown): Promise<void> {
    await alone(async () => this.grant(await call(path, { method: 'POST', body })));
    this.tabs.postMessage('in');
  }

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

  /** By the cookie. */
  renew(): Promise<string> {
    this.renewal ??= alone(() => this.refresh()).finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async refresh(): Promise<string> {
    try {
      this.grant(await call('/api/auth/refresh', { method: 'POST', keepalive: true }));
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable();
      const { phase } = this.held.snapshot();
      if (problem.status === 401) this.end(phase === 'in');
      else if (phase === 'starting' && !isElsewhere(problem)) this.held.set({ phase: 'unreachable', problem });
      throw problem;
    }
    return this.token;
  }

  private grant(answer: unknown): void {
    const { access_token, expires_in, user, tenant } = answer as Granted;
    this.token = access_token;
    this.goodUntil = Date.now() + expires_in * 1000 - MARGIN_MS;
    this.held.enter({ user, tenant });
  }

  private end(ended: boolean): void {
    this.token = '';
    this.held.leave({ phase: 'out', ended });
  }
}

/** Whether a refresh was refused because an identity provider keeps the accounts. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof Problem && error.status === 409;
}

/** Runs while no other tab does. Without the API for it (a page over plain HTTP) there is no waiting. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(SHARED, work) as Promise<T>) : work();
}

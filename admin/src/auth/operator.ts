import { call } from '../api/http';
import { Problem } from '../api/problem';
import { leave } from '../billing/leave';
import type { Accounts } from './accounts';
import { actNoMore } from './acting';
import type { Held } from './state';

interface Granted {
  access_token: string;
  expires_in: number;
  access: { tenant: string; tenant_name: string; reason: string; may_write: boolean; expires_at: string };
  permissions: string[];
  user: { id: string; email: string; name: string };
}

/** Where operators come from, and go back to. */
const FRONT = '/operator/';

/**
 * An operator who acts as a workspace. The token is in memory alone; the operator's cookie, which opens nothing of a
 * workspace, brings it back after a reload for as long as the time goes on.
 */
export class OperatorAccounts implements Accounts {
  private token = '';
  private goodUntil = 0;
  private asking: Promise<string> | null = null;

  /** @param access the time in which they act, by its id */
  constructor(
    private readonly held: Held,
    private readonly access: string,
  ) {}

  async look(): Promise<void> {
    try {
      await this.ask();
    } catch {
      // Said by the state.
    }
  }

  async current(): Promise<string> {
    return this.token && Date.now() < this.goodUntil ? this.token : this.ask();
  }

  async renewed(refused: string): Promise<string> {
    return this.token && this.token !== refused ? this.token : this.ask();
  }

  async logOut(): Promise<void> {
    try {
      await call(`/api/operator/access/${this.access}/end`, { method: 'POST' });
    } catch (error) {
      // It is over already.
      if (!(error instanceof Problem) || ![401, 404].includes(error.status)) throw error;
    }
    this.goBack();
  }

  switchTo(): Promise<void> {
    return Promise.reject(new Error('an operator acts as one workspace'));
  }

  accept(): Promise<string | undefined> {
    return Promise.reject(new Error('an operator acts as one workspace'));
  }

  private ask(): Promise<string> {
    this.asking ??= this.grant().finally(() => (this.asking = null));
    return this.asking;
  }

  private async grant(): Promise<string> {
    try {
      const granted = (await call(`/api/operator/access/${this.access}/token`, { method: 'POST' })) as Granted;
      const { access_token, expires_in, access, permissions, user } = granted;
      this.token = access_token;
      this.goodUntil = Date.now() + expires_in * 1000;
      this.held.enter({
        user: { ...user, email_verified: true, second_factor: true },
        tenant: { id: access.tenant, role: 'viewer' },
        acting: { workspace: access.tenant_name, reason: access.reason, may_write: access.may_write, until: access.expires_at, permissions },
      });
      return this.token;
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable();
      if (problem.status === 401 || problem.status === 404) this.goBack();
      else if (this.held.snapshot().phase === 'starting') this.held.set({ phase: 'unreachable', problem });
      throw problem;
    }
  }

  private goBack(): void {
    this.token = '';
    actNoMore();
    this.held.leave({ phase: 'starting' });
    leave(FRONT);
  }
}

import { Api } from '../../api/client';
import { call } from '../../api/http';
import { Problem } from '../../api/problem';
import type { Accounts, Invited } from '../accounts';
import type { Held, Identity, SessionState } from '../state';
import type { Provider } from './provider';

/** Accounts that an identity provider keeps: its token is that of every call, and the server says who it is of. */
export class OutsideAccounts implements Accounts {
  private turn = 0;
  private leaving = false;

  constructor(
    readonly provider: Provider,
    private readonly held: Held,
    private readonly isInvited: () => boolean,
  ) {
    provider.watch(() => void this.look());
  }

  /** Finds out who is logged in. What was found before somebody else came is dropped. */
  async look(): Promise<void> {
    const turn = ++this.turn;
    const found = await this.find();
    if (turn !== this.turn) return;
    if (found.phase === 'in') return this.held.enter(found);
    // Whoever is in stays so while nobody can be asked.
    if (found.phase === 'unreachable' && this.held.snapshot().phase === 'in') return;
    this.held.leave(found);
  }

  private async find(): Promise<SessionState> {
    try {
      if (!(await this.provider.token())) return this.out();
      // The server makes a workspace for whoever it does not know, which an invited person has no use for.
      if (this.isInvited()) return { phase: 'arrived' };
      const { user, tenant } = await new Api(this).get<Identity>('/api/auth/me');
      return { phase: 'in', user, tenant };
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable();
      // It may have been over without anybody having noticed.
      if (problem.status === 401 && (await this.isOver())) return this.out();
      return { phase: problem.passing ? 'unreachable' : 'refused', problem };
    }
  }

  private isOver(): Promise<boolean> {
    return this.provider.token().then(
      (token) => token === null,
      () => false,
    );
  }

  private out(): SessionState {
    return { phase: 'out', ended: this.held.snapshot().phase === 'in' && !this.leaving };
  }

  async current(): Promise<string> {
    return (await this.provider.token()) ?? this.over();
  }

  async renewed(refused: string): Promise<string> {
    const now = await this.provider.token();
    return now && now !== refused ? now : ((await this.provider.fresh()) ?? this.over());
  }

  /** The provider tells the rest of the console. */
  private over(): never {
    throw new Problem('unauthenticated', 401, 'this session is over, log in again');
  }

  async accept({ token }: Invited): Promise<string | undefined> {
    const answer = await call('/api/auth/accept-invitation', { method: 'POST', body: { token }, token: await this.current() });
    return (answer as { joined: string }).joined;
  }

  async switchTo(tenant: string): Promise<void> {
    await call('/api/auth/workspace', { method: 'PUT', body: { tenant }, token: await this.current() });
    await this.look();
  }

  async logOut(): Promise<void> {
    this.leaving = true;
    try {
      await this.provider.logOut();
      await this.look();
    } finally {
      this.leaving = false;
    }
  }
}

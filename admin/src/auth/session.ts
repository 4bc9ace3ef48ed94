import { createContext, use, useSyncExternalStore } from 'react';
import { call } from '../api/http';
import { Problem } from '../api/problem';
import type { Accounts, Invited, NewAccount } from './accounts';
import { isElsewhere, LocalAccounts } from './local';
import { OutsideAccounts } from './provider/accounts';
import type { OperatorAccounts } from './operator';
import { load, type Keeper, type Provider } from './provider/provider';
import { actingAs } from './acting';
import { Held, type SessionState, type User } from './state';

export type { NewAccount } from './accounts';
export type { Acting, Identity, SessionState, User } from './state';

/** Who is logged in, whoever keeps the accounts. */
export class Session implements Accounts {
  private readonly held: Held;
  private readonly local: LocalAccounts;
  private outside: OutsideAccounts | null = null;
  /** Of an operator, who came here to act as a workspace. */
  private operator: OperatorAccounts | null = null;
  readonly subscribe: Held['subscribe'];
  readonly snapshot: Held['snapshot'];

  /**
   * @param forget as [Held] has it
   * @param isInvited whether somebody is about to accept an invitation, and is not asked for before
   */
  constructor(
    forget: (moved: boolean) => void,
    private readonly isInvited: () => boolean = () => false,
  ) {
    this.held = new Held(forget);
    this.local = new LocalAccounts(this.held, () => void this.start());
    ({ subscribe: this.subscribe, snapshot: this.snapshot } = this.held);
  }

  /**
   * Brings the session back, where there is one. Who keeps the accounts is only asked for where the
   * server has not kept the session itself, so that it costs no request where it has.
   */
  async start(): Promise<void> {
    this.held.set({ phase: 'starting' });
    const acting = actingAs();
    if (acting) {
      this.operator ??= new (await import('./operator')).OperatorAccounts(this.held, acting);
      return this.operator.look();
    }
    if (this.outside) return this.outside.look();
    try {
      await this.local.renew();
    } catch (error) {
      if (isElsewhere(error)) await this.goOutside();
    }
  }

  private async goOutside(): Promise<void> {
    try {
      const provider = await load((await call('/api/auth/provider')) as Keeper);
      this.outside = new OutsideAccounts(provider, this.held, this.isInvited);
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable();
      return this.held.set({ phase: 'unreachable', problem });
    }
    await this.outside.look();
  }

  /** The identity provider that keeps the accounts. None until the session has started, or where they are kept here. */
  get provider(): Provider | null {
    return this.outside?.provider ?? null;
  }

  private get accounts(): Accounts {
    return this.operator ?? this.outside ?? this.local;
  }

  /** With an account that is kept here, as [LocalAccounts] says. */
  logIn(email: string, password: string, code?: string): Promise<void> {
    return this.local.logIn(email, password, code);
  }

  /** With an account that is kept here. */
  signUp(account: NewAccount): Promise<void> {
    return this.local.signUp(account);
  }

  accept(invitation: Invited): Promise<string | undefined> {
    return this.accounts.accept(invitation);
  }

  switchTo(tenant: string): Promise<void> {
    return this.accounts.switchTo(tenant);
  }

  logOut(): Promise<void> {
    return this.accounts.logOut();
  }

  current(): Promise<string> {
    return this.accounts.current();
  }

  renewed(refused: string): Promise<string> {
    return this.accounts.renewed(refused);
  }

  update(user: User): void {
    this.held.update(user);
  }
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

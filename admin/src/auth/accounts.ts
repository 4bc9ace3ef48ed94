import type { Tokens } from '../api/client';

export interface NewAccount {
  email: string;
  password: string;
  name: string;
  workspace: string;
}

export interface Invited {
  token: string;
  /** Of somebody without an account, where accounts are kept here. */
  name?: string;
  password?: string;
}

/** What differs with who keeps the accounts. */
export interface Accounts extends Tokens {
  /** @throws {Problem} when nobody heard of it: then the session goes on */
  logOut(): Promise<void>;

  /** Goes on in another workspace of the person. */
  switchTo(tenant: string): Promise<void>;

  /**
   * Comes into a workspace by an invitation. Returns the address to log in with, or nothing where a
   * session has begun.
   *
   * @throws {Problem} `link_over`, `weak_password`, `email_unconfirmed`, `forbidden`, `rate_limited`
   */
  accept(invitation: Invited): Promise<string | undefined>;
}

/**
 * The token of a link that was mailed. It stands behind the `#`, so no server and no log has seen it;
 * here it is taken out of the address, so that the history does not keep it either.
 */
export function takeToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    taken = { page: location.pathname, token };
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return taken?.page === location.pathname ? taken.token : '';
}

/** React may throw a page's first render away, and ask again. */
let taken: { page: string; token: string } | undefined;

const INVITATION = 'parlance.invitation';

/**
 * The token of an invitation, or that of the one for which somebody went to log in elsewhere: they may
 * come back in another tab, by a link in a mail.
 */
export function takeInvitation(): string {
  return takeToken() || kept((storage) => storage.getItem(INVITATION)) || '';
}

/** It is no password: what it opens is for the account of the invited address alone. */
export function keepInvitation(token: string): void {
  kept((storage) => storage.setItem(INVITATION, token));
}

export function forgetInvitation(): void {
  kept((storage) => storage.removeItem(INVITATION));
}

function kept<T>(read: (storage: Storage) => T): T | undefined {
  try {
    return read(localStorage);
  } catch {
    return undefined; // Storage is blocked: the invitation is opened again by its link.
  }
}

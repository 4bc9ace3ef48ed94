const BASE = '/app/';

/** The part of the address that names a page for who is not logged in. */
export function page(): string {
  return location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length).replace(/\/$/, '') : '';
}

/** Whether somebody is about to accept an invitation. */
export function isInvited(): boolean {
  return page() === 'accept-invitation';
}

export function toFront(): void {
  history.replaceState(null, '', BASE);
}

/** Where somebody goes on who logs in elsewhere: where they are, without what stands behind `?` and `#`. */
export function here(): string {
  return location.origin + location.pathname;
}

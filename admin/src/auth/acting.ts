const KEPT = 'parlance.acting';

/** The time in which an operator acts as a workspace in this tab, by its id: no secret. The page of operators names it. */
export function actingAs(): string | null {
  const address = new URL(location.href);
  const named = address.searchParams.get('acting');
  try {
    if (named) sessionStorage.setItem(KEPT, named);
    return named ?? sessionStorage.getItem(KEPT);
  } catch {
    // Storage is blocked: until the page is loaded anew.
    return named;
  }
}

/** It is over. */
export function actNoMore(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // There is nothing to forget.
  }
}

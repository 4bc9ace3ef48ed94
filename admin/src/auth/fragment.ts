/**
 * The token of a link that was mailed. It stands behind the `#`, so no server and no log has seen it;
 * here it is taken out of the address, so that the history does not keep it either.
 */
export function takeToken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (location.hash) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

/** Which contacts the address asks for. */
export interface Wanted {
  q?: string;
  filter?: 'blocked' | 'verified';
}

/** What of an address is a filter; what cannot be one is left out. */
export function wantedContacts({ q, filter }: Record<string, unknown>): Wanted {
  return {
    // The router reads a number where one was typed.
    ...((typeof q === 'string' && q) || typeof q === 'number' ? { q: `${q}`.slice(0, 200) } : {}),
    ...(filter === 'blocked' || filter === 'verified' ? { filter } : {}),
  };
}

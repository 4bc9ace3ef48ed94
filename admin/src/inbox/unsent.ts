import type { Pending } from './outbox';

/** What an agent said and the server has not confirmed, by agent and conversation: it outlives the page. */
export type Unsent = Pick<Pending, 'client_id' | 'kind' | 'text' | 'draft' | 'attachments'>;

const place = (agent: string, conversation: string, client_id = '') => `parlance.unsent.${agent}.${conversation}.${client_id}`;

/** Each under a key of its own, for two tabs may write at once. */
export function keepUnsent(agent: string, conversation: string, { client_id, kind, text, draft, attachments }: Unsent): void {
  try {
    localStorage.setItem(place(agent, conversation, client_id), JSON.stringify({ client_id, kind, text, draft, attachments }));
  } catch {
    // Storage is blocked or full: it lasts as long as the page.
  }
}

export function forgetUnsent(agent: string, conversation: string, client_id: string): void {
  try {
    localStorage.removeItem(place(agent, conversation, client_id));
  } catch {
    // As above.
  }
}

export function keptUnsent(agent: string, conversation: string): Unsent[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(place(agent, conversation)));
    return keys.map((key) => JSON.parse(localStorage.getItem(key) ?? '') as Unsent);
  } catch {
    return [];
  }
}

/**
 * Waits until no other tab has what is under this id, calls `got`, and has it until it is let go by what is returned,
 * or the page ends. Where the browser has no locks, it has it at once.
 */
export function holdUnsent(client_id: string, got: () => void = () => undefined): () => void {
  if (!('locks' in navigator)) {
    got();
    return () => undefined;
  }
  const waiting = new AbortController();
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const had = () => {
    got();
    return held;
  };
  // Let go before it had it.
  navigator.locks.request(`parlance.unsent.${client_id}`, { signal: waiting.signal }, had).catch(() => undefined);
  return () => {
    waiting.abort();
    end();
  };
}

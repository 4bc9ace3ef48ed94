import type { Pending } from './outbox';

/** What an agent typed and did not send, by agent, conversation and kind: it outlives the page. */
type Kind = Pending['kind'];

const place = (agent: string, conversation: string, kind: Kind) => `parlance.typed.${agent}.${conversation}.${kind}`;

export function keptText(agent: string, conversation: string, kind: Kind): string {
  try {
    return localStorage.getItem(place(agent, conversation, kind)) ?? '';
  } catch {
    return '';
  }
}

export function keepText(agent: string, conversation: string, kind: Kind, text: string): void {
  const key = place(agent, conversation, kind);
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Storage is blocked or full: it lasts as long as the page.
  }
}

/** Of a text that was sent: what another tab has kept since stays. */
export function forgetText(agent: string, conversation: string, kind: Kind, sent: string): void {
  if (keptText(agent, conversation, kind) === sent) keepText(agent, conversation, kind, '');
}

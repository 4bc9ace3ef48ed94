import type { Attachment } from './api';
import type { Proposed } from './drafting';
import type { Pending } from './outbox';

/** What an agent typed and did not send, by agent, conversation and kind, and the draft of the reply: they outlive the page. */
type Kind = Pending['kind'];

const place = (agent: string, conversation: string, what: Kind | 'draft' | `${Kind}.files`) => `parlance.typed.${agent}.${conversation}.${what}`;

function kept(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function keep(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Storage is blocked or full: it lasts as long as the page.
  }
}

export function keptText(agent: string, conversation: string, kind: Kind): string {
  return kept(place(agent, conversation, kind));
}

export function keepText(agent: string, conversation: string, kind: Kind, text: string): void {
  keep(place(agent, conversation, kind), text);
}

/** Of a text that was sent: what another tab has kept since stays. */
export function forgetText(agent: string, conversation: string, kind: Kind, sent: string): void {
  if (keptText(agent, conversation, kind) === sent) keepText(agent, conversation, kind, '');
}

/** Calls with what another tab has kept in place of `before`. */
export function onTextElsewhere(agent: string, conversation: string, kind: Kind, changed: (next: string, before: string) => void): () => void {
  const key = place(agent, conversation, kind);
  const heard = ({ key: of, newValue, oldValue }: StorageEvent) => {
    if (of === key) changed(newValue ?? '', oldValue ?? '');
  };
  addEventListener('storage', heard);
  return () => removeEventListener('storage', heard);
}

/** The server removes after a day what was not sent. */
const FILES_KEPT_MS = 24 * 3_600_000;

/** A file, and when it was uploaded. */
export type KeptFile = Attachment & { at?: number };

/** The files that were uploaded for a text and not sent, without those that the server has removed by now. */
export function keptFiles(agent: string, conversation: string, kind: Kind): KeptFile[] {
  try {
    const files = JSON.parse(kept(place(agent, conversation, `${kind}.files`)) || '[]') as KeptFile[];
    return files.filter(({ at = 0 }) => Date.now() - at < FILES_KEPT_MS);
  } catch {
    return [];
  }
}

export function keepFiles(agent: string, conversation: string, kind: Kind, files: readonly KeptFile[]): void {
  keep(place(agent, conversation, `${kind}.files`), files.length > 0 ? JSON.stringify(files) : '');
}

export function keptDraft(agent: string, conversation: string): Proposed | null {
  const draft = kept(place(agent, conversation, 'draft'));
  try {
    return draft ? (JSON.parse(draft) as Proposed) : null;
  } catch {
    return null;
  }
}

export function keepDraft(agent: string, conversation: string, proposed: Proposed): void {
  keep(place(agent, conversation, 'draft'), JSON.stringify(proposed));
}

/** Of a draft that was sent or discarded: another one of another tab stays. */
export function forgetDraft(agent: string, conversation: string, id: string): void {
  if (keptDraft(agent, conversation)?.draft.id === id) keep(place(agent, conversation, 'draft'), '');
}

import { useSyncExternalStore } from 'react';

/** How this browser calls its agent; all off until switched on. */
export interface CallSettings {
  desktop: boolean;
  sound: boolean;
  /** Who is away, by id: this browser may be somebody else's next. */
  away: string | null;
}

const KEY = 'parlance.calls';
const OFF: CallSettings = { desktop: false, sound: false, away: null };
const watching = new Set<() => void>();
let raw: string | null = null;
let read = OFF;

/** Read anew where another tab has written. Where storage is blocked, what was set holds as long as the page. */
export function callSettings(): CallSettings {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored !== raw) {
      raw = stored;
      read = { ...OFF, ...(JSON.parse(stored ?? '{}') as Partial<CallSettings>) };
    }
  } catch {
    return read;
  }
  return read;
}

export function setCalls(change: Partial<CallSettings>): void {
  read = { ...callSettings(), ...change };
  try {
    raw = JSON.stringify(read);
    localStorage.setItem(KEY, raw);
  } catch {
    raw = null;
  }
  watching.forEach((changed) => changed());
}

function subscribe(changed: () => void): () => void {
  watching.add(changed);
  addEventListener('storage', changed);
  return () => {
    watching.delete(changed);
    removeEventListener('storage', changed);
  };
}

export const useCallSettings = () => useSyncExternalStore(subscribe, callSettings);

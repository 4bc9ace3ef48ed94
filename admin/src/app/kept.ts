import { useSyncExternalStore } from 'react';

/** Something this browser keeps, the same in all its tabs. Where storage is blocked, what was set holds as long as the page. */
export class Kept<T> {
  private readonly watching = new Set<() => void>();
  private raw: string | null = null;
  private value: T;

  /** @param read what was stored, as far as it makes sense; null where nothing was */
  constructor(
    private readonly key: string,
    private readonly read: (stored: unknown) => T,
  ) {
    this.value = read(null);
  }

  /** Read anew where another tab has written. */
  readonly get = (): T => {
    try {
      const stored = localStorage.getItem(this.key);
      if (stored !== this.raw) {
        this.raw = stored;
        this.value = this.read(JSON.parse(stored ?? 'null'));
      }
    } catch {
      return this.value;
    }
    return this.value;
  };

  set(value: T): void {
    this.value = value;
    try {
      this.raw = JSON.stringify(value);
      localStorage.setItem(this.key, this.raw);
    } catch {
      this.raw = null;
    }
    this.watching.forEach((changed) => changed());
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    addEventListener('storage', changed);
    return () => {
      this.watching.delete(changed);
      removeEventListener('storage', changed);
    };
  };
}

export const useKept = <T>(kept: Kept<T>): T => useSyncExternalStore(kept.subscribe, kept.get);

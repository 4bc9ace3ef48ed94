import { useState } from 'react';

const drafts = new Map<string, unknown>();

/** What is being written, also when its window was closed by mistake. Gone with the page, or when it is dropped. */
export function useDraft<T>(key: string, empty: T): [T, (draft: T) => void, () => void] {
  const [draft, setDraft] = useState(() => (drafts.get(key) as T | undefined) ?? empty);
  const write = (next: T) => {
    drafts.set(key, next);
    setDraft(next);
  };
  return [draft, write, () => void drafts.delete(key)];
}

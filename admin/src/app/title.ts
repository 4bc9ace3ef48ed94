import { useEffect } from 'react';

/** Names the page in the tab and the history, most particular part first. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean), 'Parlance'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/** Where the tabs are wider than the screen, that of the page comes into view. */
export function useShownTab() {
  const tabs = useRef<HTMLElement>(null);
  const page = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    // It answers with a promise, which is no end of an effect.
    void tabs.current?.querySelector('[aria-current=page]')?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }, [page]);
  return tabs;
}

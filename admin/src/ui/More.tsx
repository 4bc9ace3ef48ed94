import { useEffect, useRef } from 'react';
import { Button } from './Button';

/** Below a list that goes on: reads on when it comes into view, or when it is pressed. */
export function More({ label, busy, load }: { label: string; busy: boolean; load: () => unknown }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (busy || !button.current || !('IntersectionObserver' in window)) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load());
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [busy, load]);
  return (
    <div className="flex justify-center p-3">
      <Button ref={button} look="quiet" onClick={() => void load()} disabled={busy}>
        {busy ? 'Loading…' : label}
      </Button>
    </div>
  );
}

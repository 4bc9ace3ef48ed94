import { CloudOff } from 'lucide-react';
import { useLiveState } from './live';

/** That nothing arrives by itself just now. Over the page, which stays where it is. */
export function Down() {
  const down = useLiveState() === 'down';
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-4 z-40 flex justify-center px-4">
      {down && (
        <p className="flex animate-rise items-center gap-2 rounded-full border border-line bg-panel px-3.5 py-2 text-xs font-medium shadow-pop">
          <CloudOff className="size-3.5 shrink-0 text-warn" aria-hidden />
          The connection is lost. Trying again…
        </p>
      )}
    </div>
  );
}

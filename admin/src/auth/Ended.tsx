import { Clock3 } from 'lucide-react';

/** Why somebody has to log in again. */
export function Ended() {
  return (
    <p role="status" className="mb-5 flex items-center gap-2 rounded-lg bg-warn-soft px-3 py-2.5 text-warn">
      <Clock3 className="size-4 shrink-0" aria-hidden /> Your session is over. Log in to go on where you were.
    </p>
  );
}

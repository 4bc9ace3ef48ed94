import { X, Zap } from 'lucide-react';
import type { CannedReply } from '../canned/api';
import { actOf } from '../canned/words';

/** What a macro does once its message is sent. */
export function Then({ macro, drop }: { macro: CannedReply; drop: () => void }) {
  return (
    <p role="status" className="flex items-center gap-2 border-t border-line px-3 py-1.5 text-xs text-mute">
      <Zap className="size-3.5 shrink-0 text-accent" aria-hidden />
      <span className="min-w-0">
        Once sent, <span className="font-medium text-ink">{actOf(macro)}</span>
      </span>
      <button type="button" aria-label="Only send" title="Only send" onClick={drop} className="ms-auto grid size-7 shrink-0 place-items-center rounded-md hover:bg-sunken hover:text-ink">
        <X className="size-3.5" aria-hidden />
      </button>
    </p>
  );
}

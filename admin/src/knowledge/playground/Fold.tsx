import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** A part of a page that is looked at when somebody wants to. */
export function Fold({ title, note, open, children }: { title: string; note?: ReactNode; open?: boolean; children: ReactNode }) {
  return (
    <details open={open} className="group border-t border-line py-1">
      <summary className="-mx-2 flex cursor-pointer list-none items-center gap-2 rounded-lg px-2 py-2.5 outline-accent hover:bg-ground focus-visible:outline-2">
        <ChevronRight className="size-4 shrink-0 text-mute transition-transform group-open:rotate-90" aria-hidden />
        <h3 className="font-medium">{title}</h3>
        {note && <span className="min-w-0 truncate text-xs text-mute">{note}</span>}
      </summary>
      <div className="pt-2 pb-4">{children}</div>
    </details>
  );
}

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** A place with nothing in it, and what to do about that. */
export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-8 text-center text-mute">
      <span className="grid size-12 place-items-center rounded-2xl bg-sunken">
        <Icon className="size-6" strokeWidth={1.6} aria-hidden />
      </span>
      <h2 className="text-base font-semibold text-ink">{title}</h2>
      <div className="flex max-w-xs flex-col items-center gap-4 text-pretty">{children}</div>
    </div>
  );
}

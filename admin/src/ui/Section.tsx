import type { ReactNode } from 'react';

/** A part of a page of settings: what it is on the left, what can be done on the right. */
export function Section({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <section className="grid gap-4 border-t border-line py-8 first:border-0 md:grid-cols-[minmax(0,16rem)_minmax(0,1fr)] md:gap-10">
      <div>
        <h2 className="font-semibold">{title}</h2>
        <p className="mt-1 text-mute text-pretty">{lead}</p>
      </div>
      <div className="max-w-md min-w-0 space-y-4">{children}</div>
    </section>
  );
}

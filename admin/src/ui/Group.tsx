import type { ReactNode } from 'react';

interface GroupProps {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading of its own, and what can be done with it beside that. */
export function Group({ title, lead, action, children }: GroupProps) {
  return (
    <section className="space-y-4">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 className="text-base font-semibold tracking-tight">{title}</h2>
          {lead && <p className="mt-0.5 max-w-prose text-mute text-pretty">{lead}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

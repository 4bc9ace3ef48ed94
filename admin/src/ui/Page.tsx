import type { ReactNode } from 'react';

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** What can be done here, beside the title. */
  actions?: ReactNode;
  /** For tables. */
  wide?: boolean;
  /** Where there is nothing to go to by the keyboard: then the page itself is gone to, to be scrolled. */
  readOnly?: boolean;
  children: ReactNode;
}

/** A page that is read and filled in: a title, and what scrolls below it. */
export function Page({ title, lead, actions, wide, readOnly, children }: PageProps) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto bg-panel outline-accent focus-visible:outline-2 focus-visible:-outline-offset-2" {...(readOnly && { tabIndex: 0, role: 'group', 'aria-label': title })}>
      <div className={`mx-auto px-5 py-8 sm:px-8 ${wide ? 'max-w-6xl' : 'max-w-4xl'}`}>
        <div className="mb-2 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
            {lead && <p className="mt-1 max-w-prose text-mute text-pretty">{lead}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
        {children}
      </div>
    </div>
  );
}

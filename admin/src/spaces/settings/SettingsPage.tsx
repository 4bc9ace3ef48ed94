import type { ReactNode } from 'react';

/** One section of the settings. */
export function SettingsPage({ title, lead, notice, children }: { title: string; lead: ReactNode; notice?: ReactNode; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-5xl px-5 py-6 sm:px-8">
      <h2 className="text-base font-semibold tracking-tight">{title}</h2>
      <p className="mt-1 max-w-prose text-mute text-pretty">{lead}</p>
      {notice}
      <div>{children}</div>
    </div>
  );
}

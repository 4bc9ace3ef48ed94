import type { ReactNode } from 'react';
import { useTitle } from '../app/title';
import { GroundingMeter } from '../inbox/GroundingMeter';
import { Markdown } from '../inbox/Markdown';
import { Logo } from '../ui/Logo';

/** A page for who is not logged in. */
export function AuthLayout({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useTitle(title);
  return (
    <div className="grid min-h-full bg-panel lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <main className="flex flex-col p-6 sm:p-10">
        <p className="flex items-center gap-2.5 text-base font-semibold">
          <Logo /> Parlance
        </p>
        <div className="m-auto w-full max-w-sm py-10">
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {lead && <p className="mt-1.5 text-mute">{lead}</p>}
          <div className="mt-7">{children}</div>
        </div>
      </main>
      <aside aria-hidden className="hidden place-items-center border-s border-line bg-ground p-12 lg:grid">
        <Sample />
      </aside>
    </div>
  );
}

export type Outside = 'login' | 'signup' | 'forgot-password';

/** From one of these pages to another: they are loaded anew, for no router is there yet. */
export function AuthLink({ to, children }: { to: Outside; children: ReactNode }) {
  return (
    <a href={to === 'login' ? '/app/' : `/app/${to}`} className="font-medium text-accent underline-offset-2 hover:underline">
      {children}
    </a>
  );
}

const QUESTION = 'Can I return a part I already opened?';
const ANSWER =
  'Yes. Opened parts can be returned within **30 days** if nothing is missing [S1]. We refund the price as soon as the parcel is checked [S2].';

/** What the product is about, in one exchange. */
function Sample() {
  return (
    <div className="flex w-full max-w-md flex-col gap-4 leading-relaxed">
      <p className="me-12 self-start rounded-2xl rounded-es-md bg-sunken px-4 py-2.5">{QUESTION}</p>
      <div className="ms-6 rounded-2xl rounded-ee-md border border-line bg-panel p-4 shadow-pop">
        <Markdown text={ANSWER} />
        <p className="mt-3 border-t border-line pt-3 text-xs">
          <GroundingMeter value={0.96} />
        </p>
      </div>
      <p className="mt-6 text-xl font-semibold tracking-tight text-balance">Every answer says where it comes from.</p>
    </div>
  );
}

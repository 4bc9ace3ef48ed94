import { Bookmark, ChevronDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { patient } from '../app/patient';
import { LateMenu } from '../ui/LateMenu';
import { useSavedViews, viewOf } from '../views/views';
import { TICKETS } from './views';
import type { Wanted } from './wanted';

const ViewsItems = lazy(patient(async () => ({ default: (await import('./ViewsItems')).ViewsItems })));
const SaveView = lazy(patient(async () => ({ default: (await import('../views/SavedViews')).SaveView<Wanted> })));
const EditViews = lazy(patient(async () => ({ default: (await import('../views/SavedViews')).EditViews<Wanted> })));

/** Saved views of tickets. */
export function ViewsMenu({ wanted, show }: { wanted: Wanted; show: (next: Wanted) => void }) {
  const [views] = useSavedViews(TICKETS);
  const [asks, setAsks] = useState<'save' | 'edit' | null>(null);
  const saved = viewOf(views, wanted);
  const close = () => setAsks(null);
  return (
    <>
      <LateMenu
        className="flex h-9 min-w-0 items-center gap-2 rounded-lg border border-line bg-panel px-2.5 hover:border-strong"
        menu={<ViewsItems views={views} saved={saved} show={show} ask={setAsks} />}
      >
        <Bookmark className="size-4 shrink-0 text-mute" aria-hidden />
        <span className="max-w-48 truncate">{saved?.name ?? 'Saved views'}</span>
        <ChevronDown className="size-4 shrink-0 text-mute" aria-hidden />
      </LateMenu>
      <Suspense>
        {asks === 'save' && <SaveView shelf={TICKETS} search={wanted} close={close} />}
        {asks === 'edit' && <EditViews shelf={TICKETS} close={close} />}
      </Suspense>
    </>
  );
}

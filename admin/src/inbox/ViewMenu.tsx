import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { patient } from '../app/patient';
import { spacesQuery } from '../spaces/api';
import { membersQuery } from '../team/api';
import { LateMenu } from '../ui/LateMenu';
import { useSavedViews, viewOf } from '../views/views';
import { VIEWS } from './api';
import { languageName } from './language';
import type { InboxSearch } from './search';
import { INBOX } from './views';

const ViewItems = lazy(patient(async () => ({ default: (await import('./ViewItems')).ViewItems })));
const SaveView = lazy(patient(async () => ({ default: (await import('../views/SavedViews')).SaveView<InboxSearch> })));
const EditViews = lazy(patient(async () => ({ default: (await import('../views/SavedViews')).EditViews<InboxSearch> })));

/** What is shown, and what else could be; `begin` shows the search. */
export function ViewMenu({ search, begin }: { search: InboxSearch; begin: () => void }) {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const navigate = useNavigate();
  const [views] = useSavedViews(INBOX);
  const [asks, setAsks] = useState<'save' | 'edit' | null>(null);
  const { data: members = [] } = useQuery(membersQuery(useApi()));
  const { view = 'open', agent, language } = search;
  const narrowed = [
    spaces.find(({ slug }) => slug === search.space)?.name,
    agent === 'nobody' ? 'with nobody' : members.find(({ id }) => id === agent)?.name,
    language && languageName(language),
  ]
    .filter(Boolean)
    .join(', ');
  const saved = viewOf(views, search);
  const close = () => setAsks(null);
  const find = () => {
    begin();
    // On a narrow screen in place of the open conversation.
    void navigate({ to: matchMedia('(width < 48rem)').matches ? '/inbox' : '.', search: { ...search, q: '' } });
  };
  useKeys({ filter: find });
  return (
    <div className="flex h-14 shrink-0 items-center border-b border-line px-2">
      <LateMenu
        className="flex min-w-0 items-center gap-2 rounded-lg px-2 py-1.5 text-base font-semibold hover:bg-sunken"
        menu={<ViewItems search={search} spaces={spaces} members={members} views={views} saved={saved} ask={setAsks} />}
      >
        <span className="truncate">{saved?.name ?? VIEWS[view].label}</span>
        {narrowed && !saved && <span className="truncate text-sm font-normal text-mute">{narrowed}</span>}
        <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
        <span className="sr-only">Choose what is shown</span>
      </LateMenu>
      <button
        type="button"
        aria-label="Search conversations"
        title="Search conversations (/)"
        onClick={find}
        className="ms-auto grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
      >
        <Search className="size-4" aria-hidden />
      </button>
      <Suspense>
        {asks === 'save' && <SaveView shelf={INBOX} search={search} close={close} />}
        {asks === 'edit' && <EditViews shelf={INBOX} close={close} />}
      </Suspense>
    </div>
  );
}

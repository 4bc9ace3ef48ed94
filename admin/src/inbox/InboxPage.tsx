import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useMatchRoute, useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, MessageSquareText, Search as SearchIcon } from 'lucide-react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { useTitle } from '../app/title';
import { spacesQuery } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Menu, MenuContent, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuTrigger } from '../ui/Menu';
import { VIEWS, type View } from './api';
import { ConversationList } from './ConversationList';
import { Search } from './Search';
import type { InboxSearch } from './search';

const route = getRouteApi('/inbox');

/** The list beside the conversation; on a narrow screen one or the other. */
export function InboxPage() {
  const search = route.useSearch();
  const open = Boolean(useMatchRoute()({ to: '/inbox/$conversation' }));
  return (
    <div className="flex min-h-0 flex-1">
      <div className={`${open ? 'hidden md:flex' : 'flex'} min-h-0 w-full flex-col border-line bg-panel md:w-80 md:shrink-0 md:border-e xl:w-96`}>
        {search.q === undefined ? (
          <>
            <ViewMenu search={search} />
            <ConversationList search={search} />
          </>
        ) : (
          <Search q={search.q} search={search} />
        )}
      </div>
      <div className={`${open ? 'flex' : 'hidden md:flex'} min-h-0 min-w-0 flex-1 flex-col`}>
        <Outlet />
      </div>
    </div>
  );
}

/** What is shown, and what else could be. */
function ViewMenu({ search }: { search: InboxSearch }) {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const navigate = useNavigate();
  const { view = 'open' } = search;
  const space = spaces.find(({ slug }) => slug === search.space);
  const go = (next: InboxSearch) => void navigate({ to: '.', search: next });
  const find = () => go({ ...search, q: '' });
  useKeys({ filter: find });
  const within = search.space ? { space: search.space } : {};
  return (
    <div className="flex h-14 shrink-0 items-center border-b border-line px-2">
      <Menu>
        <MenuTrigger className="flex min-w-0 items-center gap-2 rounded-lg px-2 py-1.5 text-base font-semibold hover:bg-sunken">
          <span className="truncate">{VIEWS[view].label}</span>
          {space && <span className="truncate text-sm font-normal text-mute">{space.name}</span>}
          <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
          <span className="sr-only">Choose what is shown</span>
        </MenuTrigger>
        <MenuContent align="start">
          <MenuLabel>Show</MenuLabel>
          <MenuRadioGroup value={view} onValueChange={(next) => go({ ...(next === 'open' ? {} : { view: next as View }), ...within })}>
            {Object.entries(VIEWS).map(([key, { label }]) => (
              <MenuRadio key={key} value={key}>
                {label}
              </MenuRadio>
            ))}
          </MenuRadioGroup>
          {spaces.length > 1 && (
            <>
              <MenuLine />
              <MenuLabel>Of</MenuLabel>
              <MenuRadioGroup value={search.space ?? ''} onValueChange={(next) => go({ ...(view === 'open' ? {} : { view }), ...(next ? { space: next } : {}) })}>
                <MenuRadio value="">All spaces</MenuRadio>
                {spaces.map(({ id, slug, name }) => (
                  <MenuRadio key={id} value={slug}>
                    {name}
                  </MenuRadio>
                ))}
              </MenuRadioGroup>
            </>
          )}
        </MenuContent>
      </Menu>
      <button
        type="button"
        aria-label="Search conversations"
        title="Search conversations (/)"
        onClick={find}
        className="ms-auto grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
      >
        <SearchIcon className="size-4" aria-hidden />
      </button>
    </div>
  );
}

/** Beside the list while none is open. */
export function NoConversation() {
  useTitle('Inbox');
  return (
    <Empty icon={MessageSquareText} title="Choose a conversation">
      <p>It opens here and follows along while it goes on.</p>
    </Empty>
  );
}

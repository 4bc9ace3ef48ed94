import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookmarkPlus, ChevronsUpDown, Pencil, Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { spacesQuery } from '../spaces/api';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuTrigger } from '../ui/Menu';
import { VIEWS, type View } from './api';
import type { InboxSearch } from './search';
import { MOST_VIEWS, useSavedViews, viewOf } from './views';

const SaveView = lazy(async () => ({ default: (await import('./SavedViews')).SaveView }));
const EditViews = lazy(async () => ({ default: (await import('./SavedViews')).EditViews }));

/** What is shown, and what else could be; `begin` shows the search. */
export function ViewMenu({ search, begin }: { search: InboxSearch; begin: () => void }) {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const navigate = useNavigate();
  const [views] = useSavedViews();
  const [asks, setAsks] = useState<'save' | 'edit' | null>(null);
  const { view = 'open', space: of, ...others } = search;
  const space = spaces.find(({ slug }) => slug === of);
  const saved = viewOf(views, search);
  const go = (next: InboxSearch) => void navigate({ to: '.', search: next });
  const close = () => setAsks(null);
  const find = () => {
    begin();
    // On a narrow screen in place of the open conversation.
    void navigate({ to: matchMedia('(width < 48rem)').matches ? '/inbox' : '.', search: { ...search, q: '' } });
  };
  useKeys({ filter: find });
  return (
    <div className="flex h-14 shrink-0 items-center border-b border-line px-2">
      <Menu>
        <MenuTrigger className="flex min-w-0 items-center gap-2 rounded-lg px-2 py-1.5 text-base font-semibold hover:bg-sunken">
          <span className="truncate">{saved?.name ?? VIEWS[view].label}</span>
          {space && !saved && <span className="truncate text-sm font-normal text-mute">{space.name}</span>}
          <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
          <span className="sr-only">Choose what is shown</span>
        </MenuTrigger>
        <MenuContent align="start">
          <MenuLabel>Show</MenuLabel>
          <MenuRadioGroup value={view} onValueChange={(next) => go({ ...others, ...(next !== 'open' && { view: next as View }), ...(of && { space: of }) })}>
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
              <MenuRadioGroup value={of ?? ''} onValueChange={(next) => go({ ...others, ...(view !== 'open' && { view }), ...(next && { space: next }) })}>
                <MenuRadio value="">All spaces</MenuRadio>
                {spaces.map(({ id, slug, name }) => (
                  <MenuRadio key={id} value={slug}>
                    {name}
                  </MenuRadio>
                ))}
              </MenuRadioGroup>
            </>
          )}
          <MenuLine />
          {views.length > 0 && (
            <>
              <MenuLabel>Saved views</MenuLabel>
              <MenuRadioGroup value={saved?.name ?? ''} onValueChange={(next) => go(views.find(({ name }) => name === next)?.search ?? search)}>
                {views.map(({ name }) => (
                  <MenuRadio key={name} value={name}>
                    <span className="max-w-72 truncate">{name}</span>
                  </MenuRadio>
                ))}
              </MenuRadioGroup>
            </>
          )}
          {!saved && views.length < MOST_VIEWS && (
            <MenuItem onSelect={() => setAsks('save')}>
              <BookmarkPlus className="size-4 text-mute" aria-hidden /> Save this view
            </MenuItem>
          )}
          {views.length > 0 && (
            <MenuItem onSelect={() => setAsks('edit')}>
              <Pencil className="size-4 text-mute" aria-hidden /> Edit saved views
            </MenuItem>
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
        <Search className="size-4" aria-hidden />
      </button>
      <Suspense>
        {asks === 'save' && <SaveView search={search} close={close} />}
        {asks === 'edit' && <EditViews close={close} />}
      </Suspense>
    </div>
  );
}

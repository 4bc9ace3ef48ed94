import { useNavigate } from '@tanstack/react-router';
import { BookmarkPlus, Pencil } from 'lucide-react';
import type { Space } from '../spaces/api';
import { MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup } from '../ui/Menu';
import { VIEWS, type View } from './api';
import type { InboxSearch } from './search';
import { MOST_VIEWS, type SavedView } from './views';

interface ViewItemsProps {
  search: InboxSearch;
  spaces: readonly Space[];
  views: readonly SavedView[];
  /** The one that is shown. */
  saved: SavedView | undefined;
  /** Saves what is shown, or edits what was saved. */
  ask: (what: 'save' | 'edit') => void;
}

/** What can be shown in the inbox. */
export function ViewItems({ search, spaces, views, saved, ask }: ViewItemsProps) {
  const navigate = useNavigate();
  const { view = 'open', space: of, ...others } = search;
  const go = (next: InboxSearch) => void navigate({ to: '.', search: next });
  return (
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
        <MenuItem onSelect={() => ask('save')}>
          <BookmarkPlus className="size-4 text-mute" aria-hidden /> Save this view
        </MenuItem>
      )}
      {views.length > 0 && (
        <MenuItem onSelect={() => ask('edit')}>
          <Pencil className="size-4 text-mute" aria-hidden /> Edit saved views
        </MenuItem>
      )}
    </MenuContent>
  );
}

import { BookmarkPlus, Pencil } from 'lucide-react';
import { MenuItem, MenuLabel, MenuRadio, MenuRadioGroup } from '../ui/Menu';
import { MOST_VIEWS, type SavedView } from './views';

interface SavedItemsProps<S> {
  views: readonly SavedView<S>[];
  /** The one that is shown. */
  saved: SavedView<S> | undefined;
  show: (search: S) => void;
  /** Saves what is shown, or edits what was saved. */
  ask: (what: 'save' | 'edit') => void;
}

/** Saved views in a menu. */
export function SavedItems<S>({ views, saved, show, ask }: SavedItemsProps<S>) {
  return (
    <>
      {views.length > 0 && (
        <>
          <MenuLabel>Saved views</MenuLabel>
          <MenuRadioGroup
            value={saved?.name ?? ''}
            onValueChange={(next) => {
              const view = views.find(({ name }) => name === next);
              if (view) show(view.search);
            }}
          >
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
    </>
  );
}

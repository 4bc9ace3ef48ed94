import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookmarkPlus, Pencil } from 'lucide-react';
import type { Space } from '../spaces/api';
import type { Member } from '../team/api';
import { MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuSub, MenuSubContent, MenuSubTrigger } from '../ui/Menu';
import { VIEWS } from './api';
import { languageName, languages } from './language';
import { shownOf, type InboxSearch } from './search';
import { MOST_VIEWS, type SavedView } from './views';

interface ViewItemsProps {
  search: InboxSearch;
  spaces: readonly Space[];
  members: readonly Member[];
  views: readonly SavedView[];
  /** The one that is shown. */
  saved: SavedView | undefined;
  /** Saves what is shown, or edits what was saved. */
  ask: (what: 'save' | 'edit') => void;
}

/** What can be shown in the inbox. */
export function ViewItems({ search, spaces, members, views, saved, ask }: ViewItemsProps) {
  const navigate = useNavigate();
  const { view = 'open' } = search;
  const go = (next: InboxSearch) => void navigate({ to: '.', search: next });
  // In one order, so that a view is the same however one came to it; without what is not asked for.
  const change = (what: Partial<Record<'view' | 'space' | 'agent' | 'language', string>>) => go(shownOf({ ...search, ...what }));
  const speak = languages(useQueryClient(), search.language);
  return (
    <MenuContent align="start">
      <MenuLabel>Show</MenuLabel>
      <MenuRadioGroup value={view} onValueChange={(next) => change({ view: next })}>
        {Object.entries(VIEWS).map(([key, { label }]) => (
          <MenuRadio key={key} value={key}>
            {label}
          </MenuRadio>
        ))}
      </MenuRadioGroup>
      <MenuLine />
      {spaces.length > 1 && (
        <Narrowed label="Of" any="All spaces" value={search.space} choices={spaces.map(({ slug, name }) => [slug, name] as const)} choose={(space) => change({ space })} />
      )}
      {view !== 'mine' && (
        <Narrowed label="With" any="Anyone" value={search.agent} choices={[['nobody', 'Nobody'], ...members.map(({ id, name }) => [id, name] as const)]} choose={(agent) => change({ agent })} />
      )}
      <Narrowed label="Language" any="Every language" value={search.language} choices={speak.map((one) => [one, languageName(one)] as const)} choose={(language) => change({ language })} />
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

interface NarrowedProps {
  label: string;
  /** What it is called not to narrow. */
  any: string;
  value: string | undefined;
  /** Values and their names. */
  choices: readonly (readonly [value: string, name: string])[];
  choose: (value: string) => void;
}

function Narrowed({ label, any, value = '', choices, choose }: NarrowedProps) {
  return (
    <MenuSub>
      <MenuSubTrigger>
        {label}
        <span className="ms-auto max-w-40 truncate ps-6 text-xs text-mute">{choices.find(([one]) => one === value)?.[1] ?? any}</span>
      </MenuSubTrigger>
      <MenuSubContent>
        <MenuRadioGroup value={value} onValueChange={choose}>
          <MenuRadio value="">{any}</MenuRadio>
          {choices.map(([one, name]) => (
            <MenuRadio key={one} value={one}>
              <span className="max-w-72 truncate">{name}</span>
            </MenuRadio>
          ))}
        </MenuRadioGroup>
      </MenuSubContent>
    </MenuSub>
  );
}

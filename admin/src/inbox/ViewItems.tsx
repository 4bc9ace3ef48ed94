import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Space } from '../spaces/api';
import type { Member } from '../team/api';
import { MenuContent, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuSub, MenuSubContent, MenuSubTrigger } from '../ui/Menu';
import { SavedItems } from '../views/SavedItems';
import type { SavedView } from '../views/views';
import { VIEWS } from './api';
import { languageName, languages } from './language';
import { shownOf, type InboxSearch } from './search';

interface ViewItemsProps {
  search: InboxSearch;
  spaces: readonly Space[];
  members: readonly Member[];
  views: readonly SavedView<InboxSearch>[];
  /** The one that is shown. */
  saved: SavedView<InboxSearch> | undefined;
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
      <SavedItems views={views} saved={saved} show={go} ask={ask} />
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

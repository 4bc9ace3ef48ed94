import { Kept, useKept } from '../app/kept';
import { useSessionState } from '../auth/session';
import { VIEWS } from './api';
import { shownOf, type InboxSearch } from './search';

/** What an agent looks for again and again, under a name. */
export interface SavedView {
  name: string;
  search: InboxSearch;
}

export const MOST_VIEWS = 50;
export const NAME_CHARS = 60;

function read(stored: unknown): readonly SavedView[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one: Partial<SavedView> | null) =>
    typeof one?.name === 'string' && one.search && typeof one.search === 'object' ? [{ name: one.name, search: shownOf({ ...one.search }) }] : [],
  );
}

const stores = new Map<string, Kept<readonly SavedView[]>>();

function storeOf(tenant: string, user: string): Kept<readonly SavedView[]> {
  const key = `parlance.views.${tenant}.${user}`;
  const store = stores.get(key) ?? new Kept(key, read);
  stores.set(key, store);
  return store;
}

/** The saved views of who is logged in, in this workspace and browser; and how others take their place. */
export function useSavedViews(): [readonly SavedView[], (views: readonly SavedView[]) => void] {
  const state = useSessionState();
  const store = state.phase === 'in' ? storeOf(state.tenant.id, state.user.id) : storeOf('', '');
  return [useKept(store), (views) => store.set(views)];
}

/** The first name that two views have, or one and a part of the inbox. */
export function takenName(names: readonly string[]): string | undefined {
  const known = new Set(Object.values(VIEWS).map(({ label }) => label.toLowerCase()));
  return names.find((name) => known.size === known.add(name.toLowerCase()).size);
}

const said = (search: InboxSearch) => JSON.stringify(Object.entries(search).sort());

/** The one that shows this. */
export const viewOf = (views: readonly SavedView[], search: InboxSearch) => views.find((one) => said(one.search) === said(search));

import { Kept, useKept } from '../app/kept';
import { useSessionState } from '../auth/session';

/** What somebody looks for again and again, under a name. */
export interface SavedView<S> {
  name: string;
  search: S;
}

/** A list whose views can be saved. */
export interface Shelf<S extends object> {
  /** Under which they are kept, with the workspace and the person. */
  key: string;
  /** What of a stored search makes sense. */
  read: (search: Record<string, unknown>) => S;
  /** The views that the list has by itself, by name. */
  parts: readonly string[];
  /** What one may be called, for example. */
  example: string;
}

export const MOST_VIEWS = 50;
export const NAME_CHARS = 60;

function read<S extends object>(shelf: Shelf<S>, stored: unknown): readonly SavedView<S>[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one: Partial<SavedView<object>> | null) =>
    typeof one?.name === 'string' && one.search && typeof one.search === 'object' ? [{ name: one.name, search: shelf.read({ ...one.search }) }] : [],
  );
}

const stores = new Map<string, Kept<readonly SavedView<object>[]>>();

function storeOf<S extends object>(shelf: Shelf<S>, tenant: string, user: string): Kept<readonly SavedView<S>[]> {
  const key = `parlance.${shelf.key}.${tenant}.${user}`;
  const store = stores.get(key) ?? new Kept(key, (stored) => read(shelf, stored));
  stores.set(key, store);
  // Of one key there is one shelf.
  return store as Kept<readonly SavedView<S>[]>;
}

/** The saved views of who is logged in, in this workspace and browser; and how others take their place. */
export function useSavedViews<S extends object>(shelf: Shelf<S>): [readonly SavedView<S>[], (views: readonly SavedView<S>[]) => void] {
  const state = useSessionState();
  const store = state.phase === 'in' ? storeOf(shelf, state.tenant.id, state.user.id) : storeOf(shelf, '', '');
  return [useKept(store), (views) => store.set(views)];
}

/** The first name that two views have, or one and a part of the list. */
export function takenName(names: readonly string[], parts: readonly string[]): string | undefined {
  const known = new Set(parts.map((name) => name.toLowerCase()));
  return names.find((name) => known.size === known.add(name.toLowerCase()).size);
}

const said = (search: object) => JSON.stringify(Object.entries(search).sort());

/** The one that shows this. */
export const viewOf = <S extends object>(views: readonly SavedView<S>[], search: S) => views.find((one) => said(one.search) === said(search));

import type { Priority } from './api';

/** The views of the list; the first is shown unless the address says another. */
export const VIEWS = {
  open: { label: 'Open', query: { status: 'open,pending' } },
  mine: { label: 'Mine', query: { status: 'open,pending', assignee: 'me' } },
  unassigned: { label: 'Unassigned', query: { status: 'open,pending', assignee: 'nobody' } },
  pending: { label: 'Pending', query: { status: 'pending' } },
  resolved: { label: 'Resolved', query: { status: 'resolved,closed' } },
  all: { label: 'All', query: {} },
} as const;
export type View = keyof typeof VIEWS;

export const SORTS = { updated: 'Last changed', created: 'Newest', priority: 'Most urgent' } as const;
export type Sort = keyof typeof SORTS;

/** Which tickets the address asks for. */
export interface Wanted {
  list?: View;
  q?: string;
  priority?: Priority;
  team?: string;
  tag?: string;
  sort?: Sort;
}

const isOf = <T extends object>(all: T, word: unknown): word is keyof T => typeof word === 'string' && Object.hasOwn(all, word);
const PRIORITIES: Record<Priority, true> = { urgent: true, high: true, normal: true, low: true };
const text = (told: unknown, most: number) => (typeof told === 'string' || typeof told === 'number' ? `${told}`.slice(0, most) : '');

/** What of an address is a filter; what cannot be one is left out. */
export function wantedTickets({ list, q, priority, team, tag, sort }: Record<string, unknown>): Wanted {
  return {
    ...(isOf(VIEWS, list) && list !== 'open' && { list }),
    // The router reads a number where one was typed.
    ...(text(q, 200) && { q: text(q, 200) }),
    ...(isOf(PRIORITIES, priority) && { priority }),
    ...(text(team, 40) && { team: text(team, 40) }),
    ...(text(tag, 40) && { tag: text(tag, 40) }),
    ...(isOf(SORTS, sort) && sort !== 'updated' && { sort }),
  };
}

/** The same, as the server is asked. */
export function queryOf({ list = 'open', ...rest }: Wanted): URLSearchParams {
  return new URLSearchParams({ ...VIEWS[list].query, ...rest });
}

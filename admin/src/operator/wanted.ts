import type { Wanted } from './api';

export const SORTS = ['name', 'created_at', 'members', 'mrr', 'revenue', 'cost', 'messages'] as const;
export type Sort = (typeof SORTS)[number];

/** How a subscription stands, in words. */
export const STATUSES: Record<string, string> = {
  trialing: 'Trial',
  active: 'Paid',
  past_due: 'Past due',
  unpaid: 'Unpaid',
  incomplete: 'Not paid yet',
  incomplete_expired: 'Never paid',
  paused: 'Paused',
  canceled: 'Ended',
};

/** What of an address says which workspaces are wanted. */
export function wantedTenants(search: Record<string, unknown>): Wanted {
  const wanted: Wanted = {};
  if (typeof search.search === 'string' && search.search) wanted.search = search.search;
  if (typeof search.subscription === 'string' && search.subscription in STATUSES) wanted.subscription = search.subscription;
  if (SORTS.some((known) => known === search.sort)) wanted.sort = search.sort as Sort;
  if (search.descending === true) wanted.descending = true;
  if (typeof search.page === 'number' && Number.isInteger(search.page) && search.page > 1) wanted.page = search.page;
  return wanted;
}

export const STATES = ['open', 'answered', 'dismissed'] as const;
export type GapState = (typeof STATES)[number];
export const SORTS = ['count', 'trend', 'newest'] as const;
export type GapSort = (typeof SORTS)[number];

/** Which gaps are shown, as it stands in the address; what is usual is left out. */
export interface GapSearch {
  state?: GapState | 'all';
  sort?: GapSort;
  days?: 7 | 90;
}

export function gapSearch(search: { [name in keyof GapSearch]?: unknown }): GapSearch {
  const read: GapSearch = {};
  if (search.state === 'all') read.state = 'all';
  const state = STATES.find((known) => known === search.state);
  if (state && state !== 'open') read.state = state;
  const sort = SORTS.find((known) => known === search.sort);
  if (sort && sort !== 'count') read.sort = sort;
  if (search.days === 7 || search.days === '7') read.days = 7;
  if (search.days === 90 || search.days === '90') read.days = 90;
  return read;
}

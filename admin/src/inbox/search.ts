import { VIEWS, type Shown, type View } from './api';

/** What of the inbox is shown, as the address says it. */
export interface InboxSearch {
  view?: View;
  /** A slug. */
  space?: string;
  /** What was said: found in all views. */
  q?: string;
  /** The number of the message that is looked at. */
  at?: number;
}

/** What the address says, as far as it makes sense. */
export function shownOf(search: Record<string, unknown>): InboxSearch {
  const { view, space, q, at } = search;
  return {
    ...(typeof view === 'string' && view in VIEWS && view !== 'open' ? { view: view as View } : {}),
    ...(typeof space === 'string' && space ? { space } : {}),
    // The router reads a number where one was typed.
    ...(typeof q === 'string' || typeof q === 'number' ? { q: `${q}` } : {}),
    ...(typeof at === 'number' && at > 0 ? { at } : {}),
  };
}

/** The same for the server, which knows spaces by their ids. */
export function toShown({ view = 'open', space }: InboxSearch, spaces: readonly { id: string; slug: string }[]): Shown {
  return { view, space: spaces.find(({ slug }) => slug === space)?.id };
}

import { VIEWS, type Shown, type View } from './api';

/** What of the inbox is shown, as the address says it. */
export interface InboxSearch {
  view?: View;
  /** A slug. */
  space?: string;
  /** Whose it is: an agent's id, or `nobody`. */
  agent?: string;
  /** The visitor's, such as `de`. */
  language?: string;
  /** What was said: found in all views. */
  q?: string;
  /** The number of the message that is looked at. */
  at?: number;
}

/** What the address says, as far as it makes sense. */
export function shownOf(search: Record<string, unknown>): InboxSearch {
  const { view, space, agent, language, q, at } = search;
  return {
    ...(typeof view === 'string' && view in VIEWS && view !== 'open' ? { view: view as View } : {}),
    ...(typeof space === 'string' && space ? { space } : {}),
    ...(typeof agent === 'string' && agent ? { agent } : {}),
    ...(typeof language === 'string' && language ? { language } : {}),
    // The router reads a number where one was typed.
    ...(typeof q === 'string' || typeof q === 'number' ? { q: `${q}` } : {}),
    ...(typeof at === 'number' && at > 0 ? { at } : {}),
  };
}

/** The same for the server, which knows spaces by their ids. */
export function toShown({ view = 'open', space, agent, language }: InboxSearch, spaces: readonly { id: string; slug: string }[]): Shown {
  return { view, space: spaces.find(({ slug }) => slug === space)?.id, agent, language };
}

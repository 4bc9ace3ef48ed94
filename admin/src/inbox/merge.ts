import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Page } from '../api/page';
import { languageOf } from './language';
import { isSettled, VIEWS, type Conversation, type Shown, type Status, type View } from './api';

/** Whether a conversation belongs in what is shown to this agent. */
export function belongs({ view, space, agent, language }: Shown, { status, assignee, space: of, locale }: Conversation, me: string): boolean {
  const wanted: { statuses: readonly Status[]; assignee?: string } = VIEWS[view];
  const whose = wanted.assignee ? me : agent;
  return (
    (wanted.statuses.length === 0 || wanted.statuses.includes(status)) &&
    (!whose || whose === (assignee?.id ?? 'nobody')) &&
    (!space || space === of) &&
    (!language || language === languageOf({ locale }))
  );
}

/** Who comes first, as the server sorts. */
export function before(view: View, a: Conversation, b: Conversation): number {
  if (!isSettled(view)) {
    const [first, second] = [a.urgency?.answer_by, b.urgency?.answer_by];
    // As numbers, for the texts have as many digits as they need.
    const apart = first && second ? Date.parse(first) - Date.parse(second) : 0;
    if (apart) return apart;
    if (first && second) return first < second ? -1 : first > second ? 1 : a.id < b.id ? -1 : 1;
    if (first || second) return first ? -1 : 1;
  }
  return a.updated_at > b.updated_at ? -1 : a.updated_at < b.updated_at ? 1 : a.id > b.id ? -1 : 1;
}

export type Pages = InfiniteData<Page<Conversation>, string | null>;

/** Puts changed conversations where they belong in every list that was read, and takes them out of the others. */
export function merge(queries: QueryClient, changed: readonly Conversation[], me: string): void {
  for (const [key, pages] of queries.getQueriesData<Pages>({ queryKey: ['inbox'] })) {
    if (!pages) continue;
    queries.setQueryData<Pages>(key, mergedInto(key[1] as Shown, pages, changed, me));
  }
  // One that nobody opened is read when somebody does.
  for (const one of changed) queries.setQueryData<Conversation>(['conversation', one.id], (open) => open && one);
}

function mergedInto(shown: Shown, { pages, pageParams }: Pages, changed: readonly Conversation[], me: string): Pages {
  const named = new Set(changed.map(({ id }) => id));
  const [first] = pages;
  const last = pages.at(-1);
  if (!first || !last) return { pages, pageParams };
  const all = pages.length === 1 ? first.items : pages.flatMap(({ items }) => items);
  const rest = all.filter(({ id }) => !named.has(id));
  const end = rest.at(-1);
  // What comes behind the last page is read with the next one.
  const isRead = (one: Conversation) => !last.next || !end || before(shown.view, one, end) < 0;
  const come = changed.filter((one) => belongs(shown, one, me) && isRead(one)).sort((a, b) => before(shown.view, a, b));
  // One page of all: the cursor of the last one still says where it goes on.
  return { pages: [{ items: interleaved(rest, come, shown.view), next: last.next }], pageParams: pageParams.slice(0, 1) };
}

/** Two lists in order as one: where each of the few belongs is looked up in the many. */
function interleaved(many: readonly Conversation[], few: readonly Conversation[], view: View): Conversation[] {
  const parts: Conversation[][] = [];
  let from = 0;
  for (const one of few) {
    let [low, high] = [from, many.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(view, many[middle] as Conversation, one) < 0) low = middle + 1;
      else high = middle;
    }
    parts.push(many.slice(from, low), [one]);
    from = low;
  }
  return ([] as Conversation[]).concat(...parts, many.slice(from));
}

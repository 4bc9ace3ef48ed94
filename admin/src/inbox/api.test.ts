import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Api } from '../api/client';
import { conversation } from '../test/inbox';
import { inboxKey, inboxQuery, type Conversation, type View } from './api';
import { before, belongs, merge } from './merge';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const waiting = (id: string, since: number) => conversation(id, { status: 'waiting', waiting_since: at(since), urgency: { answer_by: at(since + 60), reasons: [{ kind: 'waiting', since: at(since) }] }, updated_at: at(since) });
const angry = (id: string, since: number) => conversation(id, { urgency: { answer_by: at(since + 60 - 24 * 60), reasons: [{ kind: 'angry' }] }, updated_at: at(since) });
const changed = (id: string, minute: number, given: Partial<Conversation> = {}) => conversation(id, { updated_at: at(minute), ...given });

function lists(read: Partial<Record<View, { items: Conversation[]; next?: string }>>) {
  const queries = new QueryClient();
  for (const [view, { items, next = null }] of Object.entries(read)) {
    queries.setQueryData(inboxKey({ view: view as View }), { pages: [{ items, next }], pageParams: [null] });
  }
  const ids = (view: View) =>
    queries.getQueryData<{ pages: { items: Conversation[] }[] }>(inboxKey({ view }))?.pages.flatMap(({ items }) => items.map(({ id }) => id));
  return { queries, ids };
}

describe('the inbox', () => {
  it('has first what is most urgent, then what changed last', () => {
    const all = [changed('old', 1), waiting('late', 9), angry('angry', 10), changed('new', 5), waiting('early', 3)];
    expect(all.sort((a, b) => before('open', a, b)).map(({ id }) => id)).toEqual(['angry', 'early', 'late', 'new', 'old']);
    expect(all.sort((a, b) => before('all', a, b)).map(({ id }) => id)).toEqual(['angry', 'late', 'new', 'early', 'old']);
  });

  it('has what a view is for', () => {
    const mine = conversation('c', { status: 'human', assignee: { id: 'me', name: 'Me' } });
    expect(belongs({ view: 'mine' }, mine, 'me')).toBe(true);
    expect(belongs({ view: 'mine' }, mine, 'you')).toBe(false);
    expect(belongs({ view: 'waiting' }, mine, 'me')).toBe(false);
    expect(belongs({ view: 'open', space: 's2' }, mine, 'me')).toBe(false);
    expect(belongs({ view: 'open', agent: 'me' }, mine, 'you')).toBe(true);
    expect(belongs({ view: 'open', agent: 'nobody' }, mine, 'me')).toBe(false);
    expect(belongs({ view: 'open', agent: 'nobody' }, conversation('d'), 'me')).toBe(true);
    expect(belongs({ view: 'open', language: 'de' }, conversation('d', { locale: 'de-AT' }), 'me')).toBe(true);
    expect(belongs({ view: 'open', language: 'de' }, conversation('d', { locale: 'den' }), 'me')).toBe(false);
  });

  it('moves what changes to where it belongs, in every list', () => {
    const { queries, ids } = lists({ open: { items: [changed('a', 5), changed('b', 4)] }, waiting: { items: [] }, resolved: { items: [] } });
    merge(queries, [waiting('b', 6), changed('a', 7, { status: 'resolved' }), changed('c', 3)], 'me');
    expect(ids('open')).toEqual(['b', 'c']);
    expect(ids('waiting')).toEqual(['b']);
    expect(ids('resolved')).toEqual(['a']);
  });

  it('keeps the conversations that were opened, and no others', () => {
    const { queries } = lists({});
    queries.setQueryData(['conversation', 'a'], changed('a', 5));
    merge(queries, [changed('a', 7, { status: 'resolved' }), changed('b', 6)], 'me');
    expect(queries.getQueryData<Conversation>(['conversation', 'a'])?.status).toBe('resolved');
    expect(queries.getQueryCache().getAll()).toHaveLength(1);
  });

  it('is in order after any changes, as if it were sorted anew', () => {
    // As good as random, and the same each time.
    const minute = (n: number) => (n * 7_919) % 997;
    const { queries, ids } = lists({ open: { items: [] } });
    const latest = new Map<string, Conversation>();
    for (let i = 0; i < 40; i++) {
      const batch = Array.from({ length: 10 }, (_, k) => (minute(i * 10 + k) % 3 === 0 ? waiting : changed)(`c${minute(i + k * 31) % 60}`, minute(i * 17 + k)));
      const named = new Map(batch.map((one) => [one.id, one]));
      merge(queries, [...named.values()], 'me');
      named.forEach((one, id) => latest.set(id, one));
    }
    expect(ids('open')).toEqual([...latest.values()].sort((a, b) => before('open', a, b)).map(({ id }) => id));
  });

  it('does not look through what stayed as it was', () => {
    const [a, b] = [changed('a', 5), changed('b', 4)];
    const { queries } = lists({ open: { items: [a, b] } });
    const observer = new InfiniteQueryObserver(queries, { ...inboxQuery({} as Api, { view: 'open' }), enabled: false });
    observer.subscribe(() => undefined);
    merge(queries, [changed('c', 6)], 'me');
    expect(observer.getCurrentResult().data?.pages[0]?.items[1]).toBe(a);
  });

  it('leaves what comes behind the last page to the next one', () => {
    const { queries, ids } = lists({ open: { items: [changed('a', 9), changed('b', 5)], next: 'cursor' } });
    merge(queries, [changed('old', 1), changed('new', 7)], 'me');
    expect(ids('open')).toEqual(['a', 'new', 'b']);
    const pages = queries.getQueryData<{ pages: { next: string | null }[] }>(inboxKey({ view: 'open' }))?.pages;
    expect(pages?.at(-1)?.next).toBe('cursor');
  });
});

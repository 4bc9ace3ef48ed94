import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { conversation } from '../test/inbox';
import { before, belongs, inboxKey, merge, type Conversation, type View } from './api';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const waiting = (id: string, since: number) => conversation(id, { status: 'waiting', waiting_since: at(since), updated_at: at(since) });
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
  it('has first who waits longest, then what changed last', () => {
    const all = [changed('old', 1), waiting('late', 9), changed('new', 5), waiting('early', 3)];
    expect(all.sort((a, b) => before('open', a, b)).map(({ id }) => id)).toEqual(['early', 'late', 'new', 'old']);
    expect(all.sort((a, b) => before('all', a, b)).map(({ id }) => id)).toEqual(['late', 'new', 'early', 'old']);
  });

  it('has what a view is for', () => {
    const mine = conversation('c', { status: 'human', assignee: { id: 'me', name: 'Me' } });
    expect(belongs({ view: 'mine' }, mine, 'me')).toBe(true);
    expect(belongs({ view: 'mine' }, mine, 'you')).toBe(false);
    expect(belongs({ view: 'waiting' }, mine, 'me')).toBe(false);
    expect(belongs({ view: 'open', space: 's2' }, mine, 'me')).toBe(false);
  });

  it('moves what changes to where it belongs, in every list', () => {
    const { queries, ids } = lists({ open: { items: [changed('a', 5), changed('b', 4)] }, waiting: { items: [] }, resolved: { items: [] } });
    merge(queries, [waiting('b', 6), changed('a', 7, { status: 'resolved' }), changed('c', 3)], 'me');
    expect(ids('open')).toEqual(['b', 'c']);
    expect(ids('waiting')).toEqual(['b']);
    expect(ids('resolved')).toEqual(['a']);
    expect(queries.getQueryData<Conversation>(['conversation', 'a'])?.status).toBe('resolved');
  });

  it('leaves what comes behind the last page to the next one', () => {
    const { queries, ids } = lists({ open: { items: [changed('a', 9), changed('b', 5)], next: 'cursor' } });
    merge(queries, [changed('old', 1), changed('new', 7)], 'me');
    expect(ids('open')).toEqual(['a', 'new', 'b']);
    const pages = queries.getQueryData<{ pages: { next: string | null }[] }>(inboxKey({ view: 'open' }))?.pages;
    expect(pages?.at(-1)?.next).toBe('cursor');
  });
});

import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { Api } from '../api/client';
import { conversation, message } from '../test/inbox';
import { json, serve } from '../test/server';
import { conversationsQuery, messagesQuery } from './api';

const api = new Api({ current: async () => 't', renewed: async () => 't' });
const after = (route: string) => Number(new URLSearchParams(route.split('?')[1]).get('after'));

describe('the transcript query', () => {
  it('reads all pages, and then only what is new', async () => {
    const log = [message(1), message(2), message(3)];
    const heard = serve({
      'GET /api/conversations/c1/messages': ({ route }) => {
        const items = log.filter(({ seq }) => seq > after(route)).slice(0, 2);
        return json({ items, next: items.length === 2 ? items[1]?.seq : null });
      },
    });
    const queries = new QueryClient();
    const query = messagesQuery(api, 'c1');

    expect(await queries.fetchQuery(query)).toEqual(log);
    log.push(message(5));
    expect((await queries.fetchQuery(query)).map(({ seq }) => seq)).toEqual([1, 2, 3, 5]);
    await queries.fetchQuery(query);
    expect(heard.map(({ route }) => after(route))).toEqual([0, 2, 3, 5]);
  });
});

describe('the list query', () => {
  it('follows the cursor and shows a conversation that moved up once', async () => {
    const pages: Record<string, unknown> = {
      first: { items: [conversation('c1'), conversation('c2')], next: 'second' },
      second: { items: [conversation('c2'), conversation('c3')], next: null },
    };
    const heard = serve({
      'GET /api/chat-spaces/s1/conversations': ({ route }) => json(pages[new URLSearchParams(route.split('?')[1]).get('cursor') ?? 'first']),
    });
    const list = new InfiniteQueryObserver(new QueryClient(), conversationsQuery(api, 's1'));
    await list.refetch();
    const { data, hasNextPage } = await list.fetchNextPage();
    expect(data?.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
    expect(hasNextPage).toBe(false);
    expect(heard).toHaveLength(2);
  });
});

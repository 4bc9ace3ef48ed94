import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

export const STATUSES = ['bot', 'waiting', 'human', 'snoozed', 'resolved'] as const;
export type Status = (typeof STATUSES)[number];

export interface Conversation {
  id: string;
  space: string;
  visitor: string;
  status: Status;
  seq: number;
  created_at: string;
  updated_at: string;
}

/** Part of an answer's text (in UTF-16 code units) and how far its sources support it, 0 to 1. */
export interface Claim {
  start: number;
  end: number;
  sources: number[];
  support: number;
}

export interface Message {
  id: string;
  seq: number;
  author: { kind: 'visitor' | 'assistant' | 'agent' | 'system'; id: string | null; name: string | null };
  text: string;
  in_reply_to: string | null;
  state: 'complete' | 'interrupted' | 'failed';
  /** How far the sources support the whole answer, 0 to 1; null where that was not asked. */
  grounding: number | null;
  claims: Claim[] | null;
  model: string | null;
  /** Said before to somebody who asked the same: it cost nothing. */
  cached: boolean;
  at: string;
}

const LIST_PAGE = 50;
const MESSAGE_PAGE = 200;
const LIST_POLL_MS = 5_000;
const CONVERSATION_POLL_MS = 5_000;
const MESSAGES_POLL_MS = 2_500;
/** While the server does not answer. */
const ERROR_POLL_MS = 15_000;

/** Polling stops by itself while the page is hidden, and catches up when it is seen again. */
const poll = (ms: number) => (query: { state: { status: string } }) => (query.state.status === 'error' ? ERROR_POLL_MS : ms);

/** The conversation that changed last comes first. */
export const conversationsQuery = (api: Api, space: string) =>
  infiniteQueryOptions({
    queryKey: ['conversations', space],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: `${LIST_PAGE}` });
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<Conversation>>(`/api/chat-spaces/${space}/conversations?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => unique(pages.flatMap(({ items }) => items)),
    // Every page is read again, so the longer the list, the less often.
    refetchInterval: (query) => poll(LIST_POLL_MS)(query) * Math.max(1, query.state.data?.pages.length ?? 1),
  });

export const conversationQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) => api.get<Conversation>(`/api/conversations/${id}`, signal),
    refetchInterval: poll(CONVERSATION_POLL_MS),
  });

/** The whole transcript. A message never changes, so only what follows the last one is asked for. */
export const messagesQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['messages', id],
    queryFn: ({ client, queryKey, signal }) => readOn(api, id, client.getQueryData<Message[]>(queryKey) ?? [], signal),
    refetchInterval: poll(MESSAGES_POLL_MS),
  });

async function readOn(api: Api, id: string, known: Message[], signal: AbortSignal): Promise<Message[]> {
  const fresh: Message[] = [];
  let after: number | null = known.at(-1)?.seq ?? 0;
  while (after !== null) {
    const path = `/api/conversations/${id}/messages?after=${after}&limit=${MESSAGE_PAGE}`;
    const page: Page<Message, number> = await api.get(path, signal);
    fresh.push(...page.items);
    after = page.next;
  }
  return fresh.length ? [...known, ...fresh] : known;
}

/** A conversation that moves up between two pages is on both. */
function unique(conversations: Conversation[]): Conversation[] {
  return [...new Map(conversations.map((one) => [one.id, one])).values()];
}

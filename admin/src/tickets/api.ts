import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Agent } from '../inbox/api';
import type { Rated } from '../inbox/Rating';
import type { Deadline } from '../deadlines/api';
import { queryOf, type Wanted } from './wanted';

export const STATUSES = ['open', 'pending', 'resolved', 'closed'] as const;
export type TicketStatus = (typeof STATUSES)[number];
export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A ticket, as lists and the socket tell it. */
export interface Ticket {
  id: string;
  number: number;
  space: string;
  conversation: string | null;
  contact: string | null;
  subject: string;
  /** `pending` waits for the customer. */
  status: TicketStatus;
  priority: Priority;
  category: string | null;
  category_by: 'classifier' | 'person' | null;
  category_score: number | null;
  team: string | null;
  assignee: Agent | null;
  tags: string[];
  via: 'handoff' | 'agent' | 'api' | 'mail';
  requester_name: string | null;
  requester_email: string | null;
  locale: string | null;
  first_responded_at: string | null;
  resolved_at: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  /** The present ones, one of a kind at most. */
  deadlines: Deadline[];
}

export interface TicketLink {
  id: string;
  kind: 'related' | 'follow_up';
  /** Of a follow-up: whether this ticket is the later one. */
  outward: boolean;
  ticket: number | null;
  subject: string | null;
  status: TicketStatus | null;
  conversation: string | null;
}

export interface TicketDetail extends Ticket {
  watchers: Agent[];
  links: TicketLink[];
  /** Of its conversation; absent where the visitor has not rated it. */
  rating?: Omit<Rated, 'type'>;
}

export type Differences = Record<string, { from: unknown; to: unknown }>;

export interface TicketEvent {
  ticket: number;
  seq: number;
  kind: 'created' | 'changed' | 'routed' | 'note' | 'merged' | 'merged_into' | 'linked' | 'unlinked' | 'watched' | 'unwatched' | 'sla_at_risk' | 'sla_breached';
  body: Record<string, unknown>;
  author: { kind: 'user' | 'api_key' | 'visitor' | 'system' | 'operator'; id: string | null; name: string };
  at: string;
}

export const ticketsQuery = (api: Api, wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['tickets', wanted],
    queryFn: ({ pageParam, signal }) => {
      const query = queryOf(wanted);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<Ticket>>(`/api/tickets?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const ticketQuery = (api: Api, number: number) =>
  queryOptions({ queryKey: ['ticket', number], queryFn: ({ signal }) => api.get<TicketDetail>(`/api/tickets/${number}`, signal) });

export const eventsQuery = (api: Api, number: number) =>
  infiniteQueryOptions({
    queryKey: ['ticket', number, 'events'],
    queryFn: ({ pageParam, signal }) => api.get<Page<TicketEvent>>(`/api/tickets/${number}/events?${new URLSearchParams({ limit: '100', ...(pageParam && { cursor: pageParam }) })}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Days } from '../overview/range';

export const KINDS = ['chat', 'embedding', 'rerank', 'draft', 'summary', 'classify'] as const;
/** What a call was for. */
export type CallKind = (typeof KINDS)[number];

export const BYS = ['model', 'kind', 'space'] as const;
/** What calls are grouped by. */
export type By = (typeof BYS)[number];

/** What calls came to; tokens, and nano-dollars. */
export interface Figure {
  calls: number;
  input: number;
  output: number;
  cache_write: number;
  cache_read: number;
  cache_hit_rate: number | null;
  cost_nanos: number;
  estimated: number;
  unpriced: number;
}

interface Space {
  id: string;
  name: string | null;
}

/** Of one day, space, model and kind, as far as they are grouped by these. */
export interface Group extends Figure {
  day: string | null;
  space: Space | null;
  model: string | null;
  kind: CallKind | null;
}

export interface Ledger {
  from: string;
  to: string;
  time_zone: string;
  total: Figure;
  groups: Group[];
  month: { begins: string; ends: string; cost_nanos: number; estimate_nanos: number };
  unpriced: string[];
  /** For the plan, by currency: decimal numbers. */
  paid: { amount: string; currency: string }[];
}

export interface UsageEvent {
  id: string;
  at: string;
  space: Space;
  conversation: string | null;
  kind: CallKind;
  model: string;
  input: number;
  output: number;
  cache_write: number;
  cache_read: number;
  cost_nanos: number;
  estimated: boolean;
  price_effective: string | null;
}

export interface ConversationCost {
  total: Figure;
  groups: Group[];
}

/** Which calls are told of. */
export interface Wanted {
  days: Days;
  space?: string | undefined;
  model?: string | undefined;
  kind?: CallKind | undefined;
}

const POLL_MS = 60_000;

function query({ days, space, model, kind }: Wanted): URLSearchParams {
  return new URLSearchParams({ from: days.from, to: days.to, ...(space && { space }), ...(model && { model }), ...(kind && { kind }) });
}

export const ledgerPath = (wanted: Wanted, by: string) => `/api/billing/ledger?${query(wanted)}${by && `&by=${by}`}`;

/** What stands keeps standing while another is on its way. */
export const ledgerQuery = (api: Api, wanted: Wanted, by: string) => {
  const path = ledgerPath(wanted, by);
  return queryOptions({
    queryKey: ['billing', 'ledger', path],
    queryFn: ({ signal }) => api.get<Ledger>(path, signal),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });
};

export const eventsQuery = (api: Api, wanted: Wanted) => {
  const path = `/api/billing/ledger/events?${query(wanted)}`;
  return infiniteQueryOptions({
    queryKey: ['billing', 'events', path],
    queryFn: ({ pageParam, signal }) => api.get<Page<UsageEvent>>(pageParam ? `${path}&cursor=${pageParam}` : path, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
  });
};

/** What a conversation cost until it was last written in. */
export const costQuery = (api: Api, conversation: string, seq: number) =>
  queryOptions({
    queryKey: ['conversation cost', conversation, seq],
    queryFn: ({ signal }) => api.get<ConversationCost>(`/api/conversations/${conversation}/cost`, signal),
    // A call is in the ledger a moment after what it wrote.
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });

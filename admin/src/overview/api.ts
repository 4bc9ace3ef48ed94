import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Channel, Days } from './range';

/** How long something took, in milliseconds; null where nothing did. */
export interface Spans {
  count: number;
  mean_ms: number | null;
  p50_ms: number | null;
  p90_ms: number | null;
}

/** What visitors thought of conversations. */
export interface Csat {
  count: number;
  mean: number | null;
  /** The share of those who gave 4 or 5. */
  satisfied: number | null;
  /** How many gave 1, 2, 3, 4, 5. */
  scores: number[];
}

/** How visitors felt, by what was read of each of their messages. */
export interface Sentiment {
  /** Each message is one of the three. */
  unhappy: number;
  neutral: number;
  happy: number;
  /** Of all of them: said in anger. */
  angry: number;
  /** −1 to 1. */
  mean: number | null;
}

export interface Figures {
  conversations: number;
  visitors: number;
  messages: { visitor: number; assistant: number; agent: number; system: number };
  answers: { given: number; abstained: number; interrupted: number; failed: number; cached: number };
  grounding: { count: number; mean: number | null };
  handoffs: { total: number; reasons: Record<string, number> };
  resolved: { total: number; alone: number };
  first_response: Spans;
  human_response: Spans;
  resolution: Spans;
  thumbs: { up: number; down: number };
  csat: Csat;
  sentiment: Sentiment;
  usage: { calls: number; cost_nanos: number; input: number; output: number; cache_write: number; cache_read: number };
}

export interface Point {
  /** `2026-11-01`, or of an hour `2026-11-01T13:00:00+01:00`. */
  at: string;
  figures: Figures;
}

export interface SpaceFigures {
  id: string;
  name: string;
  removed: boolean;
  totals: Figures;
}

export interface Analytics {
  from: string;
  to: string;
  tz: string;
  step: 'hour' | 'day';
  totals: Figures;
  series: Point[];
  /** Absent where one space was asked for. */
  spaces?: SpaceFigures[];
  previous: { from: string; to: string; totals: Figures; series: Point[] } | null;
}

const POLL_MS = 60_000;

/** Of what figures are, where not of everything: a space by its id, a channel. */
interface Scope {
  space: string | undefined;
  channel: Channel | undefined;
}

/** Where the figures of these days are. */
export function analyticsPath(days: Days, { space, channel }: Scope, compare: boolean): string {
  const query = new URLSearchParams({ from: days.from, to: days.to, tz: days.tz, ...(channel && { channel }) });
  if (compare) query.set('compare', 'previous');
  return `${space ? `/api/chat-spaces/${space}/analytics` : '/api/analytics/overview'}?${query}`;
}

/** What stands keeps standing while other days are on their way. */
export const analyticsQuery = (api: Api, days: Days, scope: Scope, compare: boolean) => {
  const path = analyticsPath(days, scope, compare);
  return queryOptions({
    queryKey: ['analytics', path],
    queryFn: ({ signal }) => api.get<Analytics>(path, signal),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });
};

/** Whether anything happened at all. */
export function happened({ conversations, messages, resolved, thumbs, csat, usage }: Figures): boolean {
  const said = messages.visitor + messages.assistant + messages.agent + messages.system;
  return conversations + said + resolved.total + thumbs.up + thumbs.down + csat.count + usage.calls > 0;
}

/** How many messages of visitors were read. */
export const readOf = ({ unhappy, neutral, happy }: Sentiment) => unhappy + neutral + happy;

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Days } from '../overview/range';
import type { GapSearch, GapState } from './search';

export const REASONS = ['abstained', 'low_grounding', 'thumbs_down', 'handed_over'] as const;
export type GapReason = (typeof REASONS)[number];

/** Questions of one meaning of which some were not answered well. */
export interface Gap {
  id: string;
  space: string;
  question: string;
  state: GapState;
  document: { id: string; title: string } | null;
  decided_by: string | null;
  decided_at: string | null;
  /** Questions of this meaning, answered well or not. */
  asked: number;
  /** Those that were not answered well. */
  questions: number;
  /** The same of as many days before. */
  before: number;
  reasons: Record<GapReason, number>;
  /** The same over the days, in even steps. */
  trend: number[];
  last_asked: string | null;
}

export interface AskedQuestion {
  message: string;
  conversation: string;
  text: string;
  asked_at: string;
  reasons: GapReason[];
  grounding: number | null;
}

export interface Draft {
  question: string;
  text: string;
  /** Absent where it is what an agent said, word for word. */
  model: string | null;
  grounding: number | null;
  conversations: string[];
}

export interface Fares {
  found: boolean;
  rank: number | null;
  grounding: number;
}

export interface Preview {
  questions: { question: string; before: Fares; after: Fares }[];
  golden: { question: string; before: boolean; after: boolean }[];
}

const POLL_MS = 15_000;
const READ_POLL_MS = 2_000;
const pages = { initialPageParam: null as string | null, getNextPageParam: ({ next }: { next: string | null }) => next };
const inDays = ({ from, to, tz }: Days) => new URLSearchParams({ from, to, tz });
export const gapPath = (space: string, gap: string) => `/api/chat-spaces/${space}/gaps/${gap}`;

export const gapsQuery = (api: Api, space: string, { state = 'open', sort = 'count' }: GapSearch, days: Days) => {
  const query = inDays(days);
  query.set('sort', sort);
  if (state !== 'all') query.set('state', state);
  const path = `/api/chat-spaces/${space}/gaps?${query}`;
  return infiniteQueryOptions({
    queryKey: ['gaps', path],
    queryFn: ({ pageParam, signal }) => api.get<Page<Gap>>(pageParam ? `${path}&cursor=${pageParam}` : path, signal),
    ...pages,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
};

/** A gap over the last 90 days, with its questions whenever they were asked. */
export const gapQuery = (api: Api, space: string, gap: string, days: Days) =>
  infiniteQueryOptions({
    queryKey: ['gap', gap, days.from, days.to],
    queryFn: ({ pageParam, signal }) => {
      const query = inDays(days);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<{ gap: Gap; questions: Page<AskedQuestion> }>(`${gapPath(space, gap)}?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ questions }) => questions.next,
    select: ({ pages: [first, ...rest] }) => ({
      gap: first?.gap,
      questions: [first, ...rest].flatMap((page) => page?.questions.items ?? []),
    }),
    // A document has its title once it has been read.
    refetchInterval: ({ state: { data } }) => (data?.pages[0]?.gap.document?.title === '' ? READ_POLL_MS : false),
  });

export interface QuestionFigures {
  id: string;
  space: string;
  question: string;
  state: GapState;
  questions: number;
  before: number;
  unanswered: number;
  last_asked: string;
  took: { p50_ms: number | null; p95_ms: number | null };
}

export interface DocumentFigures {
  id: string;
  space: string;
  title: string;
  answers: number;
}

export interface QuestionsReport {
  from: string;
  to: string;
  tz: string;
  totals: { questions: number; unanswered: number; took: { p50_ms: number | null; p95_ms: number | null } };
  questions: QuestionFigures[];
  cited: DocumentFigures[];
  never_cited: DocumentFigures[];
  slowest: { conversation: string; space: string; question: string; asked_at: string; took_ms: number }[];
}

export type QuestionKind = 'popular' | 'unanswered';

/** Where the report of these days is: of a space by its id, or of the workspace. `table` is what a CSV is of, the questions unless told. */
export function questionsPath(days: Days, space: string | undefined, kind: QuestionKind, table?: 'documents' | 'slowest'): string {
  const query = inDays(days);
  query.set('kind', kind);
  if (table) query.set('table', table);
  if (space) query.set('space', space);
  return `/api/analytics/questions?${query}`;
}

export const questionsQuery = (api: Api, days: Days, space: string | undefined, kind: QuestionKind) => {
  const path = questionsPath(days, space, kind);
  return queryOptions({
    queryKey: ['questions', path],
    queryFn: ({ signal }) => api.get<QuestionsReport>(path, signal),
    placeholderData: keepPreviousData,
  });
};

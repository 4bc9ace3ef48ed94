import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Csat } from './api';
import type { Days } from './range';

/** An agent or a category; of no key are conversations without one. */
export interface RatedGroup {
  key: string | null;
  name: string | null;
  csat: Csat;
}

export interface RatingPoint {
  at: string;
  csat: Csat;
}

export interface RatingsReport {
  totals: Csat;
  series: RatingPoint[];
  /** Conversations in which no person wrote. */
  bot: Csat;
  agents: RatedGroup[];
  categories: RatedGroup[];
  previous: { totals: Csat; series: RatingPoint[] } | null;
}

export interface RatingComment {
  conversation: string;
  score: number;
  comment: string;
  agent: string | null;
  at: string;
}

const POLL_MS = 60_000;

function query({ from, to, tz }: Days, space: string | undefined): URLSearchParams {
  return new URLSearchParams({ from, to, tz, ...(space && { space }) });
}

export function ratingsPath(days: Days, space: string | undefined, compare: boolean): string {
  const asked = query(days, space);
  if (compare) asked.set('compare', 'previous');
  return `/api/analytics/ratings?${asked}`;
}

export const commentsPath = (days: Days, space: string | undefined) => `/api/analytics/ratings/comments?${query(days, space)}`;

/** What stands keeps standing while other days are on their way. */
export const ratingsQuery = (api: Api, days: Days, space: string | undefined, compare: boolean) => {
  const path = ratingsPath(days, space, compare);
  return queryOptions({
    queryKey: ['ratings', path],
    queryFn: ({ signal }) => api.get<RatingsReport>(path, signal),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });
};

export const commentsQuery = (api: Api, days: Days, space: string | undefined) => {
  const path = commentsPath(days, space);
  return infiniteQueryOptions({
    queryKey: ['rating comments', path],
    queryFn: ({ pageParam, signal }) => api.get<Page<RatingComment>>(pageParam ? `${path}&cursor=${pageParam}` : path, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
  });
};

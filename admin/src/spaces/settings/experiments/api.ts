import { queryOptions, type QueryClient } from '@tanstack/react-query';
import type { Api } from '../../../api/client';
import type { Page } from '../../../api/page';
import { keepSpace, type Space } from '../../api';
import type { Difference } from '../queries';

export type Arm = 'a' | 'b';

export interface Experiment {
  id: string;
  space: string;
  name: string;
  version_a: number;
  version_b: number;
  /** Percent of the conversations. */
  share_b: number;
  started_by: string;
  started_at: string;
  /** Null while it runs. */
  ended_at: string | null;
  /** What was decided at the end. */
  used: Arm | null;
}

/** A figure with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Of one arm, with how many it was made of. */
export type Measured = Interval & { of: number };

export type MeasureName = 'abstained' | 'handed_over' | 'resolved_alone' | 'thumbs_up' | 'grounding' | 'csat' | 'time' | 'tokens' | 'cost';

export interface Measure {
  measure: MeasureName;
  /** Null where there is nothing to measure. */
  a: Measured | null;
  b: Measured | null;
  /** By how much B is above A. */
  difference: Interval | null;
  verdict: 'a_better' | 'b_better' | 'no_difference' | 'too_few';
}

interface Seen {
  conversations: number;
  answers: number;
}

export interface Details {
  experiment: Experiment;
  differences: Difference[];
  seen: Record<Arm, Seen>;
  measures: Measure[];
  /** Conversations that each arm must have before anything is said of which is better. */
  conversations_least: number;
}

const POLL_MS = 30_000;
const path = (space: string) => `/api/chat-spaces/${space}/experiments`;

/** The newest first. */
export const experimentsQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['experiments', space],
    queryFn: ({ signal }) => api.get<Page<Experiment>>(path(space), signal),
    select: ({ items }) => items,
  });

export const experimentQuery = (api: Api, { space, id, ended_at }: Experiment) =>
  queryOptions({
    queryKey: ['experiments', space, id],
    queryFn: ({ signal }) => api.get<Details>(`${path(space)}/${id}`, signal),
    refetchInterval: ended_at ? false : POLL_MS,
  });

export interface Wanted {
  version: number;
  share_b: number;
  name: string;
}

export async function start(api: Api, queries: QueryClient, space: Space, wanted: Wanted): Promise<void> {
  await api.post(path(space.id), { ...wanted, name: wanted.name.trim() || null });
  await queries.invalidateQueries({ queryKey: ['experiments', space.id] });
}

/** Ends it; where B is used the space is another by then. */
export async function end(api: Api, queries: QueryClient, experiment: Experiment, use: Arm | null): Promise<void> {
  const { space, id } = experiment;
  await api.post(`${path(space)}/${id}/end`, { use });
  if (use === 'b') keepSpace(queries, await api.get<Space>(`/api/chat-spaces/${space}`));
  await Promise.all([['experiments', space], ['versions', space]].map((queryKey) => queries.invalidateQueries({ queryKey })));
}

import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Days } from '../overview/range';
import type { Hours } from '../spaces/settings/hours/hours';

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];
export const KINDS = ['first_response', 'resolution'] as const;
export type Kind = (typeof KINDS)[number];

export const PRIORITY_WORDS: Record<Priority, string> = { urgent: 'Urgent', high: 'High', normal: 'Normal', low: 'Low' };
export const KIND_WORDS: Record<Kind, string> = { first_response: 'First response', resolution: 'Resolution' };

/** Which tickets are meant: each holds where one of these is the ticket's, or none is named. */
export interface Conditions {
  spaces: string[];
  teams: string[];
  categories: string[];
  plans: string[];
}

/** Minutes of the time that counts. */
export type Targets = Record<Priority, Record<Kind, number | null>>;
export type WhoseHours = 'space' | 'own' | 'calendar';

/** What is promised of tickets. */
export interface PolicyWords {
  name: string;
  conditions: Conditions;
  targets: Targets;
  hours: WhoseHours;
  own_hours: Hours | null;
}

export interface Policy extends PolicyWords {
  id: string;
  updated_at: string;
}

export const POLICIES = '/api/sla-policies';

/** In the order in which they are tried. */
export const policiesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['sla-policies'],
    queryFn: ({ signal }) => api.get<Page<Policy>>(POLICIES, signal),
    select: ({ items }) => items,
  });

/** By when something is promised for a ticket. */
export interface Deadline {
  kind: Kind;
  policy: string;
  target_seconds: number;
  due_at: string | null;
  at_risk_at: string | null;
  paused_at: string | null;
  met_at: string | null;
  breached_at: string | null;
}

export interface Kept {
  met: number;
  breached: number;
  /** Of the time that counts. */
  median_seconds: number | null;
}
export type BothKept = Record<Kind, Kept>;

export interface OfGroup {
  key: string | null;
  name: string | null;
  kept: BothKept;
}

export interface SlaReport {
  from: string;
  to: string;
  tz: string;
  totals: BothKept;
  series: { at: string; kept: BothKept }[];
  priorities: OfGroup[];
  teams: OfGroup[];
  agents: OfGroup[];
  policies: OfGroup[];
}

const POLL_MS = 60_000;

export const reportPath = ({ from, to, tz }: Days) => `/api/analytics/sla?${new URLSearchParams({ from, to, tz })}`;

/** What stands keeps standing while other days are on their way. */
export const reportQuery = (api: Api, days: Days) =>
  queryOptions({
    queryKey: ['analytics', reportPath(days)],
    queryFn: ({ signal }) => api.get<SlaReport>(reportPath(days), signal),
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  });

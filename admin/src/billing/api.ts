import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';

export type Quota = 'messages_per_month' | 'spaces' | 'documents_per_space' | 'documents_per_month' | 'storage_mb' | 'drive_folders' | 'queries_per_day' | 'cost_per_month';

export interface Plan {
  id: string;
  name: string;
  about: string;
  /** In a month: a decimal number with three places. */
  price: string;
  /** Of ISO 4217. */
  currency: string;
  trial_days: number;
  job_shares: number;
  api_calls_per_hour: number;
  /** Null is unlimited. */
  limits: { quota: Quota; limit: number | null }[];
  features: { white_label: boolean };
}

export interface Plans {
  /** The workspace's, by its id. */
  plan: string;
  plans: Plan[];
}

/** A quota as it stands. */
export interface Standing {
  quota: Quota;
  used: number;
  /** Null is unlimited. */
  limit: number | null;
  /** Where it is counted by period. */
  resets_at: string | null;
  /** Nothing is left; of a budget also where what is left was too little for a call. */
  reached: boolean;
}

export interface Usage {
  plan: string;
  time_zone: string;
  /** Of `cost_per_month` in nano-dollars. */
  limits: Standing[];
  /** Models called this month that have no price. */
  unpriced: string[];
}

export const planQuery = (api: Api) => queryOptions({ queryKey: ['billing', 'plan'], queryFn: ({ signal }) => api.get<Plans>('/api/billing/plan', signal) });

export const usageQuery = (api: Api) => queryOptions({ queryKey: ['billing', 'usage'], queryFn: ({ signal }) => api.get<Usage>('/api/billing/usage', signal) });

/** Whether it is there because somebody added it one by one. */
export const isAdded = (quota: Quota) => quota === 'spaces' || quota === 'documents_per_space' || quota === 'drive_folders';

/** Below a limit, from 80 percent of it, or at it. */
export type Level = 'fine' | 'near' | 'full';

export function levelOf({ used, limit, reached }: Pick<Standing, 'used' | 'limit' | 'reached'>): Level {
  if (reached) return 'full';
  return limit === null || used * 100 < limit * 80 ? 'fine' : 'near';
}

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, call } from '../api/http';
import type { Page } from '../api/page';

/** Who has entered, by a cookie that no script can read. */
export interface Operator {
  email: string;
  name: string;
  expires_at: string;
}

export interface Income {
  currency: string;
  /** Decimal numbers. */
  mrr: string;
  revenue: string;
}

export interface Month {
  /** Its first day. */
  month: string;
  tenants: number;
  active: number;
  paying: number;
  paying_before: number;
  churned: number;
  /** In ten-thousandths; null where nobody paid before. */
  churn: number | null;
  income: Income[];
  /** US dollars, a decimal number. */
  cost: string;
}

export interface Overview {
  months: Month[];
  plans: { plan: string; name: string; tenants: number; paying: number; trialing: number }[];
}

export interface Tenant {
  id: string;
  name: string;
  status: string;
  created_at: string;
  members: number;
  plan: string;
  subscription: string | null;
  trial_end: string | null;
  current_period_end: string | null;
  cancels: boolean;
  mrr: string;
  revenue: string;
  currency: string | null;
  cost: string;
  messages: number;
}

export interface TenantDetail {
  tenant: Tenant;
  months: { month: string; income: Income[]; cost: string; messages: number }[];
}

export interface Check {
  what: string;
  count: number;
  since: string | null;
  bad: boolean;
}

/** A day whose books were compared with what upstreams, roll-ups and invoices say. */
export interface Reconciliation {
  /** A UTC date. */
  day: string;
  at: string;
  source: string | null;
  differences: { cause: string; count: number; bad: boolean }[];
}

export interface Health {
  version: string;
  checks: Check[];
  reconciliation: Reconciliation | null;
}

export interface Act {
  id: string;
  at: string;
  by_command_line: boolean;
  email: string;
  address: string | null;
  action: string;
  tenant: string | null;
  tenant_name: string | null;
  details: Record<string, unknown> | null;
}

/** A time in which the operator acts as a workspace. */
export interface Access {
  id: string;
  tenant: string;
  tenant_name: string;
  reason: string;
  may_write: boolean;
  began_at: string;
  expires_at: string;
}

/** Which workspaces are shown, as the address has it. */
export interface Wanted {
  search?: string;
  subscription?: string;
  sort?: string;
  descending?: boolean;
  page?: number;
}

const path = (of: string) => `/api/operator/${of}`;
const get =
  <T>(of: string) =>
  async ({ signal }: { signal: AbortSignal }) =>
    (await call(path(of), { signal })) as T;

export const operatorQuery = queryOptions({ queryKey: ['operator'], queryFn: get<Operator>('session'), staleTime: Infinity });
export const overviewQuery = queryOptions({ queryKey: ['overview'], queryFn: get<Overview>('overview') });
export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: get<Health>('health'), refetchInterval: 15_000 });
export const accessQuery = queryOptions({ queryKey: ['access'], queryFn: get<Page<Access>>('access'), refetchInterval: 30_000 });
export const tenantQuery = (id: string) => queryOptions({ queryKey: ['tenant', id], queryFn: get<TenantDetail>(`tenants/${id}`) });

const queryOf = ({ search, subscription, sort, descending }: Wanted) => {
  const query = new URLSearchParams();
  if (search) query.set('search', search);
  if (subscription) query.set('subscription', subscription);
  if (sort) query.set('sort', sort);
  if (descending) query.set('descending', 'true');
  return query;
};

export const PAGE = 25;

export const tenantsQuery = (wanted: Wanted) => {
  const query = queryOf(wanted);
  query.set('limit', String(PAGE));
  query.set('page', String(wanted.page ?? 1));
  return queryOptions({
    queryKey: ['tenants', wanted],
    queryFn: get<{ items: Tenant[]; total: number }>(`tenants?${query}`),
    placeholderData: keepPreviousData,
  });
};

export const csvOf = async (wanted: Wanted): Promise<Blob> => (await ask(path(`tenants/export?${queryOf(wanted)}`))).blob();

export const logQuery = infiniteQueryOptions({
  queryKey: ['log'],
  queryFn: async ({ pageParam, signal }) => (await call(path(pageParam ? `log?cursor=${encodeURIComponent(pageParam)}` : 'log'), { signal })) as Page<Act>,
  initialPageParam: '',
  getNextPageParam: ({ next }) => next,
  select: ({ pages }) => pages.flatMap(({ items }) => items),
});

/** @throws {Problem} `invalid_credentials`, `code_required`, `invalid_code`, `forbidden`, `rate_limited` */
export const enter = async (credentials: { email: string; password: string; code?: string }) =>
  (await call(path('session'), { method: 'POST', body: credentials })) as Operator;

export const leave = () => call(path('session'), { method: 'DELETE' });

export const actAs = async (tenant: string, wish: { reason: string; minutes: number; may_write: boolean }) =>
  (await call(path(`tenants/${tenant}/access`), { method: 'POST', body: wish })) as Access;

export const endAccess = (id: string) => call(path(`access/${id}/end`), { method: 'POST' });

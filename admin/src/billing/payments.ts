import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import { leave } from './leave';

export type Status = 'trialing' | 'active' | 'past_due' | 'unpaid' | 'incomplete' | 'incomplete_expired' | 'paused' | 'canceled';

/** What the workspace pays for. */
export interface Subscription {
  /** With `mock` nobody pays anything. */
  provider: string;
  /** Plans that can be paid for, by their ids. */
  sold: string[];
  /** Null where there never was one. */
  status: Status | null;
  plan: string | null;
  current_period_end: string | null;
  trial_end: string | null;
  cancel_at_period_end: boolean;
  /** How long the plan is kept while it is not paid. */
  grace_until: string | null;
}

export interface Amount {
  /** A decimal number with three places. */
  amount: string;
  currency: string;
}

export interface Invoice extends Amount {
  number: string;
  at: string;
  status: string;
  url: string | null;
  pdf: string | null;
}

export interface Change {
  due_now: Amount | null;
  subscription: Subscription | null;
}

export const subscriptionQuery = (api: Api) =>
  queryOptions({ queryKey: ['billing', 'subscription'], queryFn: ({ signal }) => api.get<Subscription>('/api/billing/subscription', signal) });

export const invoicesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['billing', 'invoices'],
    queryFn: ({ signal }) => api.get<{ invoices: Invoice[] }>('/api/billing/invoices', signal),
    select: ({ invoices }) => invoices,
  });

/** Whether there is something to change. */
export const runs = ({ status }: Subscription) => status !== null && status !== 'canceled' && status !== 'incomplete_expired';

/** Whether nothing is open: what is changed then is charged and credited rightly. */
export const isSettled = ({ status }: Subscription) => status === 'trialing' || status === 'active';

/** Leaves for a page of the payment provider. */
export async function leaveFor(api: Api, path: string, body?: unknown): Promise<void> {
  const { url } = await api.post<{ url: string }>(path, body);
  leave(url);
}

export const day = (at: string) => new Date(at).toLocaleDateString(undefined, { dateStyle: 'long' });

/** How a subscription stands, in a sentence. */
export function told(subscription: Subscription, plan: string): string {
  const { status, current_period_end, grace_until, cancel_at_period_end } = subscription;
  const end = current_period_end && day(current_period_end);
  switch (status) {
    case null:
      return 'This workspace does not pay for a plan.';
    case 'canceled':
    case 'incomplete_expired':
      return `The subscription to ${plan} has ended. What is there beyond the limits stays.`;
    case 'past_due':
    case 'unpaid':
      return grace_until && new Date(grace_until) > new Date()
        ? `The last payment did not go through. ${plan} is kept until ${day(grace_until)}; another card can pay by then.`
        : `The last payment did not go through, and ${plan} has ended. It comes back when another card pays.`;
    case 'incomplete':
      return `The first payment for ${plan} has not gone through yet.`;
    case 'paused':
      return `The trial of ${plan} has ended, and there is no card that could pay.`;
    default:
      if (cancel_at_period_end) return `${plan} ends on ${end}. Nothing is charged any more.`;
      return status === 'trialing' ? `You are trying ${plan}. It is first charged on ${end}.` : `${plan} is paid, and renews on ${end}.`;
  }
}

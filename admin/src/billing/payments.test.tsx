import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import type { Plan } from './api';
import { leave } from './leave';
import { money } from '../ui/money';
import { told, type Subscription } from './payments';

vi.mock('./leave', () => ({ leave: vi.fn() }));

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const plan = (id: string, name: string, price: string, trial_days: number, spaces: number | null): Plan => ({
  id,
  name,
  about: `${name} is for some.`,
  price,
  currency: 'USD',
  trial_days,
  job_shares: 1,
  api_calls_per_hour: 50,
  limits: [{ quota: 'spaces', limit: spaces }],
  features: { white_label: id === 'enterprise' },
});
const PLANS = [plan('free', 'Free', '0.000', 0, 1), plan('pro', 'Pro', '49.000', 14, 10), plan('enterprise', 'Enterprise', '199.000', 14, null)];
const none: Subscription = {
  provider: 'stripe',
  sold: ['pro', 'enterprise'],
  status: null,
  plan: null,
  current_period_end: null,
  trial_end: null,
  cancel_at_period_end: false,
  grace_until: null,
};
const active: Subscription = { ...none, status: 'active', plan: 'enterprise', current_period_end: '2031-01-15T12:00:00Z' };

async function open(answers: Subscription[], { role = 'owner', path = '/app/billing', routes = {} }: { role?: string; path?: string; routes?: Parameters<typeof serve>[0] } = {}) {
  let n = 0;
  const heard = serve({
    ...workspace(role),
    'GET /api/billing/plan': () => json({ plan: answers[0]?.plan ?? 'free', plans: PLANS }),
    'GET /api/billing/usage': () => json({ plan: 'free', time_zone: 'UTC', limits: [{ quota: 'spaces', used: 12, limit: null, resets_at: null }], unpriced: [] }),
    'GET /api/billing/subscription': () => json(answers[Math.min(n++, answers.length - 1)]),
    'GET /api/billing/invoices': () => json({ invoices: [] }),
    ...routes,
  });
  await openConsole(path);
  return heard;
}

describe('payments', () => {
  it('an owner with no subscription tries a plan on the provider’s page', async () => {
    const heard = await open([none], { routes: { 'POST /api/billing/checkout': () => json({ url: 'https://pay.example/1' }) } });
    await userEvent.click(await screen.findByRole('button', { name: 'Try Pro for 14 days' }));
    await vi.waitFor(() => expect(leave).toHaveBeenCalledWith('https://pay.example/1'));
    expect(heard.find(({ route }) => route === 'POST /api/billing/checkout')?.body).toEqual({ plan: 'pro' });
    expect(screen.queryByRole('button', { name: /Free/ })).toBeNull();
    expect(screen.getByText('There are none yet.')).toBeVisible();
  });

  it('offers no plan that was given', async () => {
    await open([none], { routes: { 'GET /api/billing/plan': () => json({ plan: 'enterprise', plans: PLANS }) } });
    await screen.findByRole('button', { name: 'Try Pro for 14 days' });
    expect(screen.queryByRole('button', { name: /Enterprise/ })).toBeNull();
  });

  it('a change says what it costs and what is over the limits before it is made', async () => {
    const heard = await open([active], {
      routes: { 'POST /api/billing/subscription': ({ body }) => json((body as { preview?: boolean }).preview ? { due_now: { amount: '-75.000', currency: 'USD' }, subscription: null } : { due_now: null, subscription: active }) },
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Change to Pro' }));
    const dialog = await screen.findByRole('dialog', { name: 'Change to Pro?' });
    expect(await within(dialog).findByText(/\$75\.00 is credited/)).toBeVisible();
    expect(within(dialog).getByText('Chat spaces: 12 of 10')).toBeVisible();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Change to Pro' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(heard.filter(({ route }) => route === 'POST /api/billing/subscription').map(({ body }) => body)).toEqual([{ plan: 'pro', preview: true }, { plan: 'pro' }]);
  });

  it('what is not paid leads to the portal, and a refusal is told', async () => {
    const due: Subscription = { ...active, status: 'past_due', grace_until: '2031-01-20T12:00:00Z' };
    await open([due], { routes: { 'POST /api/billing/portal': () => problem(503, 'busy', 'the payment provider does not answer') } });
    expect(await screen.findByText(/Enterprise is kept until January 20, 2031/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Pay by another card' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(/does not answer/);
  });

  it('comes back from paying and shows the plan once that is confirmed', async () => {
    await open([none, active], { path: '/app/billing?checkout=paid' });
    expect(await screen.findByText('Waiting for the payment provider to confirm the payment.')).toBeVisible();
    expect(await screen.findByText('The payment was confirmed. Thank you.', undefined, { timeout: 5000 })).toBeVisible();
    expect(screen.getByText(/Enterprise is paid, and renews on January 15, 2031/)).toBeVisible();
  });

  it('an admin sees it and changes nothing', async () => {
    await open([active], { role: 'admin' });
    expect(await screen.findByText('An owner of the workspace can change it.')).toBeVisible();
    expect(screen.queryByRole('button', { name: /Change|Cancel|Cards/ })).toBeNull();
  });
});

describe('in words', () => {
  it('each status has a sentence', () => {
    const says = (change: Partial<Subscription>) => told({ ...active, ...change }, 'Pro');
    expect(says({ cancel_at_period_end: true })).toMatch(/Pro ends on January 15/);
    expect(says({ status: 'trialing' })).toMatch(/first charged on January 15/);
    expect(says({ status: 'past_due', grace_until: '2020-01-01T00:00:00Z' })).toMatch(/has ended/);
    expect(says({ status: null })).toMatch(/does not pay/);
    for (const status of ['canceled', 'incomplete', 'incomplete_expired', 'paused', 'unpaid'] as const) expect(says({ status })).toMatch(/Pro/);
  });

  it('money has the decimals of its currency', () => {
    expect(money({ amount: '49.000', currency: 'USD' })).toBe('$49.00');
    expect(money({ amount: '14.500', currency: 'KWD' })).toMatch(/KWD\s14\.500/);
  });
});

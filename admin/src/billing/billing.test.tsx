import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { workspace } from '../test/spaces';
import { levelOf, type Plan, type Quota, type Standing } from './api';
import { amount, price, resets, thenOf } from './words';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const plan = (id: string, name: string, amount: string, limit: number | null): Plan => ({
  id,
  name,
  about: `${name} is for some.`,
  price: amount,
  currency: 'USD',
  trial_days: 0,
  job_shares: 1,
  api_calls_per_hour: 5000,
  limits: [{ quota: 'messages_per_month', limit }],
  features: { white_label: id === 'enterprise' },
});
const PLANS = { plan: 'pro', plans: [plan('free', 'Free', '0.000', 1), plan('pro', 'Pro', '49.000', 10000), plan('enterprise', 'Enterprise', '199.000', null)] };
const standing = (quota: Quota, used: number, limit: number | null, resets_at: string | null = null): Standing => ({ quota, used, limit, resets_at, reached: limit !== null && used >= limit });

async function open(limits: Standing[], role = 'admin') {
  const heard = serve({
    ...workspace(role),
    'GET /api/billing/plan': () => json(PLANS),
    'GET /api/billing/subscription': () => json({ provider: 'mock', sold: [], status: null, plan: null, current_period_end: null, trial_end: null, cancel_at_period_end: false, grace_until: null }),
    'GET /api/billing/invoices': () => json({ invoices: [] }),
    'GET /api/billing/usage': () => json({ plan: 'pro', time_zone: 'Asia/Kuwait', limits, unpriced: [] }),
  });
  await openConsole('/app/billing');
  return heard;
}

describe('the billing page', () => {
  it('shows what is used, and when it begins anew by the clock of the workspace', async () => {
    await open([standing('messages_per_month', 8000, 10000, '2026-12-31T21:00:00Z'), standing('storage_mb', 10000, 10000), standing('queries_per_day', 7, null, '2026-12-05T21:00:00Z'), standing('spaces', 1, 1)]);
    const messages = await screen.findByRole('meter', { name: 'Messages this month' });
    expect(messages).toHaveAttribute('aria-valuetext', '8,000 of 10,000');
    const rows = screen.getAllByRole('listitem').filter((row) => within(row).queryByRole('heading', { level: 3, name: /Messages|Storage|Playground|spaces/ }));
    expect(rows[0]).toHaveTextContent(/Nearly used up.*Begins anew on January 1/);
    expect(rows[1]).toHaveTextContent(/Used up.*10 GB of 10 GB.*nothing larger is taken/);
    expect(rows[2]).toHaveTextContent(/7 · Unlimited/);
    expect(rows[3]).toHaveTextContent(/Chat spacesAll in use1 of 1/);
    expect(screen.queryByRole('meter', { name: /Playground/ })).toBeNull();
  });

  it('marks the plan that the workspace is on, and offers no button that does nothing', async () => {
    await open([]);
    const card = (await screen.findByRole('heading', { name: 'Pro' })).closest('li');
    expect(card).toHaveAttribute('aria-current', 'true');
    expect(card).toHaveTextContent(/Your plan.*\$49 a month.*10,000 messages a month.*5,000 API calls an hour/);
    expect(screen.getAllByText('Your plan')).toHaveLength(1);
    expect(screen.getByText('Unlimited messages a month')).toBeVisible();
    expect(screen.getByText('1 message a month')).toBeVisible();
    expect(within(screen.getByRole('main')).queryByRole('button')).toBeNull();
  });

  it('is for admins', async () => {
    const heard = await open([], 'agent');
    expect(await screen.findByText(/An admin of your workspace sees its plan/)).toBeVisible();
    expect(heard.some(({ route }) => route.startsWith('GET /api/billing'))).toBe(false);
    expect(screen.queryByRole('link', { name: 'Billing' })).toBeNull();
  });
});

describe('the banner', () => {
  const near = standing('messages_per_month', 85, 100, '2026-12-31T21:00:00Z');

  it('tells of the limit that is nearest, until it is put away', async () => {
    await open([near, standing('storage_mb', 500, 500), standing('spaces', 1, 1)]);
    const user = userEvent.setup();
    expect(await screen.findByText(/Storage: 500 MB of 500 MB. All that is there stays/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Put this notice away' }));
    expect(screen.getByText(/Messages this month: 85 of 100/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Put this notice away' }));
    expect(screen.queryByRole('button', { name: 'Put this notice away' })).toBeNull();
  });

  it('tells of what is reached before what is nearer to its limit', async () => {
    const budget = { ...standing('cost_per_month', 150_000_000, 200_000_000), reached: true };
    await open([near, standing('storage_mb', 490, 500), budget]);
    expect(await screen.findByText(/Model costs this month: \$0\.15 of \$0\.20\. What is left is too little/)).toBeVisible();
  });

  it('comes when the server tells of it', async () => {
    vi.stubGlobal('WebSocket', FakeSocket);
    const limits = [standing('messages_per_month', 79, 100)];
    await open(limits);
    await screen.findByRole('meter', { name: 'Messages this month' });
    expect(screen.queryByText(/Messages this month: /)).toBeNull();
    limits[0] = standing('messages_per_month', 100, 100);
    FakeSocket.last.greets();
    FakeSocket.last.says({ type: 'usage' });
    expect(await screen.findByText(/Messages this month: 100 of 100. Visitors are handed over/)).toBeVisible();
  });
});

describe('in words', () => {
  it('a limit is near from 80 percent of it', () => {
    const level = (used: number, limit: number | null) => levelOf(standing('storage_mb', used, limit));
    expect([level(79, 100), level(80, 100), level(100, 100), level(140, 100), level(9, null), level(0, 0)]).toEqual(['fine', 'near', 'full', 'full', 'fine', 'full']);
  });

  it('a budget is reached where what is left is too little', () => {
    const budget = { ...standing('cost_per_month', 190, 200), reached: true };
    expect([levelOf(budget), thenOf(budget)]).toEqual(['full', expect.stringMatching(/^What is left is too little for another call\. Visitors are/)]);
    expect(thenOf(standing('messages_per_month', 100, 100))).toMatch(/^Visitors are/);
  });

  it('amounts and prices read as people write them', () => {
    expect([amount('storage_mb', 500), amount('storage_mb', 10000), amount('storage_mb', 10001), amount('spaces', 1234)]).toEqual(['500 MB', '10 GB', '10,001 MB', '1,234']);
    expect(price({ ...plan('x', 'X', '14.500', 1), currency: 'KWD' })).toMatch(/KWD\s14\.500/);
    expect(price(plan('x', 'X', '4.500', 1))).toBe('$4.50');
    expect(resets('2026-12-31T21:00:00Z', 'Asia/Kuwait')).toMatch(/January 1.*12:00/);
  });
});

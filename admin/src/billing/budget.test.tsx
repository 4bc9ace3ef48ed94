import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import { dollarsOf, nanosOf } from './words';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

async function open(limit: number | null, given: { role?: string; used?: number; unpriced?: string[]; refuses?: boolean } = {}) {
  let budget = limit;
  const heard = serve({
    ...workspace(given.role ?? 'owner'),
    'GET /api/billing/plan': () => json({ plan: 'pro', plans: [] }),
    'GET /api/billing/subscription': () => json({ provider: 'mock', sold: [], status: null, plan: null, current_period_end: null, trial_end: null, cancel_at_period_end: false, grace_until: null }),
    'GET /api/billing/invoices': () => json({ invoices: [] }),
    'GET /api/billing/usage': () => json({ plan: 'pro', time_zone: 'UTC', limits: [{ quota: 'cost_per_month', used: given.used ?? 0, limit: budget, resets_at: '2026-12-01T00:00:00Z' }], unpriced: given.unpriced ?? [] }),
    'PUT /api/billing/budget': ({ body }) => {
      if (given.refuses) return problem(400, 'invalid_request', 'monthly_nanos: too much');
      budget = (body as { monthly_nanos: number | null }).monthly_nanos;
      return json({ monthly_nanos: budget, used_nanos: 0, resets_at: null });
    },
  });
  await openConsole('/app/billing');
  await screen.findByText('Model costs this month');
  return heard.filter(({ route }) => route.startsWith('PUT'));
}

describe('a budget', () => {
  it('is set in dollars and sent in nano-dollars', async () => {
    await open(null, { used: 1_234_500_000 });
    expect(screen.getByText(/\$1\.23/)).toHaveTextContent('$1.23 · No budget');
    await userEvent.click(screen.getByRole('button', { name: 'Set a budget' }));
    const dialog = screen.getByRole('dialog', { name: 'Monthly budget' });
    const field = within(dialog).getByRole('textbox', { name: 'US dollars a month' });
    await userEvent.type(field, 'much');
    expect(within(dialog).getByText(/An amount such as/)).toBeVisible();
    expect(within(dialog).getByRole('button', { name: 'Set the budget' })).toBeDisabled();
    await userEvent.clear(field);
    await userEvent.type(field, '20.50');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Set the budget' }));
    expect(await screen.findByRole('meter', { name: 'Model costs this month' })).toHaveAttribute('aria-valuetext', '$1.23 of $20.50');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is removed, and a refusal is told', async () => {
    await open(20_000_000_000);
    await userEvent.click(screen.getByRole('button', { name: 'Change the budget' }));
    expect(screen.getByRole('textbox', { name: 'US dollars a month' })).toHaveValue('20.00');
    await userEvent.click(screen.getByRole('button', { name: 'Remove the budget' }));
    expect(await screen.findByText(/No budget/)).toBeVisible();
  });

  it('stays open with what the server says', async () => {
    await open(null, { refuses: true });
    await userEvent.click(screen.getByRole('button', { name: 'Set a budget' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'US dollars a month' }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Set the budget' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(/too much/);
  });

  it('is in the hands of owners, and admins see it', async () => {
    await open(10_000_000_000, { role: 'admin', used: 9_000_000_000 });
    expect(screen.getByText('Nearly used up')).toBeVisible();
    expect(screen.queryByRole('button', { name: /budget/ })).toBeNull();
    expect(screen.getByRole('link', { name: 'Open the ledger' })).toHaveAttribute('href', '/app/billing/ledger');
    expect(screen.getByText(/Model costs this month: \$9\.00 of \$10\.00/)).toBeVisible();
  });

  it('tells above every page that a model has no price', async () => {
    await open(null, { unpriced: ['new-model'] });
    expect(screen.getByText(/No price is known for new-model, so what it costs is not counted/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Put this notice away' }));
    expect(screen.queryByText(/so what it costs is not counted/)).toBeNull();
  });
});

it('dollars and nano-dollars are the same both ways', () => {
  expect(['0', '20', '$1,000.50', '0.000000001', '1000000', ' 7 '].map(nanosOf)).toEqual([0, 20e9, 1000.5e9, 1, 1e15, 7e9]);
  expect(['', '-1', '1e3', '1000000.01', 'x', '1.2.3', '0.0000000001'].map(nanosOf)).toEqual(Array(7).fill(null));
  expect([0, 20e9, 20.5e9, 1, 1e15].map(dollarsOf)).toEqual(['0.00', '20.00', '20.50', '0.000000001', '1000000.00']);
});

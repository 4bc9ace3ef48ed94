import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve, type Heard } from '../test/server';
import { workspace } from '../test/spaces';
import type { CallKind, Figure, Group, Ledger, UsageEvent } from './api';
import { daysBetween, lines, stacks } from './groups';
import { readLedger } from './search';

const figure = (calls: number, cost_nanos: number, given: Partial<Figure> = {}): Figure => ({
  calls,
  input: 60 * calls,
  output: 10 * calls,
  cache_write: 0,
  cache_read: 40 * calls,
  cache_hit_rate: 0.4,
  cost_nanos,
  estimated: 0,
  unpriced: 0,
  ...given,
});
const group = (day: string, model: string, calls: number, cost: number, given: Partial<Group> = {}): Group => ({ day, space: null, model, kind: null, ...figure(calls, cost), ...given });
const LEDGER: Ledger = {
  from: '2026-11-01',
  to: '2026-11-03',
  time_zone: 'Asia/Kathmandu',
  total: figure(6, 1_250_000_000),
  groups: [group('2026-11-01', 'small', 1, 50_000_000), group('2026-11-01', 'large', 2, 900_000_000), group('2026-11-03', 'small', 2, 300_000_000), group('2026-11-03', 'new', 1, 0, { unpriced: 1 })],
  month: { begins: '', ends: '', cost_nanos: 2_000_000_000, estimate_nanos: 4_500_000_000 },
  unpriced: ['new'],
  paid: [{ amount: '49.000', currency: 'USD' }, { amount: '14.500', currency: 'KWD' }],
};
const event = (id: string, kind: CallKind, given: Partial<UsageEvent> = {}): UsageEvent => ({
  id,
  at: '2026-11-03T10:00:00Z',
  space: { id: 's1', name: 'Acme Robotics' },
  conversation: 'c1',
  kind,
  model: 'large',
  input: 600,
  output: 40,
  cache_write: 0,
  cache_read: 400,
  cost_nanos: 1_234_000,
  estimated: false,
  price_effective: '2026-01-01',
  ...given,
});

beforeAll(() => import('./LedgerPage'));
beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

async function open(search = '', ledger: Ledger = LEDGER, role = 'admin'): Promise<Heard[]> {
  const heard = serve({
    ...workspace(role),
    'GET /api/billing/usage': () => json({ plan: 'pro', time_zone: 'UTC', limits: [], unpriced: [] }),
    'GET /api/billing/ledger': () => json(ledger),
    'GET /api/billing/ledger/events': ({ route }) => json(route.includes('cursor=more') ? { items: [event('e2', 'embedding', { conversation: null, price_effective: null, cost_nanos: 0 })], next: null } : { items: [event('e1', 'chat')], next: 'more' }),
  });
  await openConsole(`/app/billing/ledger${search}`);
  return heard;
}

const asked = (heard: Heard[]) => heard.map(({ route }) => route).filter((route) => route.startsWith('GET /api/billing/ledger?'));

describe('the ledger', () => {
  it('tells what was paid for the plan beside what it cost', async () => {
    await open('');
    const paid = (await screen.findByText('Paid for the plan')).closest('div');
    expect(paid).toHaveTextContent(/\$49\.00, KWD\s14\.500/);
  });

  it('tells what models cost, the dearest first, and that one has no price', async () => {
    await open();
    const table = await screen.findByRole('region', { name: 'By model' });
    const cells = (name: RegExp) => within(within(table).getByRole('row', { name })).getAllByRole('cell').map(({ textContent }) => textContent);
    expect(within(table).getAllByRole('rowheader').map(({ textContent }) => textContent)).toEqual(['large', 'small', 'new']);
    expect(cells(/small/)).toEqual(['3', '180', '30', '0', '120', '40%', '$0.35']);
    expect(cells(/new/).at(-1)).toBe('Unknown');
    expect(screen.getByRole('alert')).toHaveTextContent(/No price is known for new/);
    expect(screen.getByText('This month, estimated').parentElement).toHaveTextContent('$4.50');
    expect(screen.getByText('(Asia/Kathmandu)')).toBeVisible();
  });

  it('goes from a group to its single calls, in its address', async () => {
    const heard = await open('?range=7d');
    const table = await screen.findByRole('region', { name: 'By model' });
    await userEvent.click(within(table).getByRole('button', { name: 'large' }));
    await screen.findByRole('region', { name: 'By purpose' });
    expect(location.search).toBe('?range=7d&by=kind&model=large');
    expect(asked(heard).at(-1)).toMatch(/model=large&by=day,kind$/);
    const calls = screen.getByRole('region', { name: 'Calls' });
    await within(calls).findByText('1,000 in, 400 of them cached, 40 out');
    expect(within(calls).getByRole('link', { name: 'Open the conversation' })).toHaveAttribute('href', '/app/inbox/c1');
    await userEvent.click(within(calls).getByRole('button', { name: 'Earlier calls' }));
    expect(await within(calls).findByText('No price')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Show more than large' }));
    expect(location.search).toBe('?range=7d&by=kind');
    await userEvent.click(screen.getByRole('button', { name: '90 days' }));
    expect(location.search).toBe('?range=90d&by=kind');
  });

  it('says so where nothing was charged', async () => {
    await open('', { ...LEDGER, total: figure(0, 0, { cache_hit_rate: null }), groups: [], unpriced: [] });
    expect(await screen.findByText('No call was charged in these days')).toBeVisible();
    expect(screen.queryByRole('region', { name: 'Calls' })).toBeNull();
  });

  it('is for admins', async () => {
    const heard = await open('', LEDGER, 'agent');
    expect(await screen.findByText(/An admin of your workspace sees what its models cost/)).toBeVisible();
    expect(asked(heard)).toEqual([]);
  });
});

describe('groups', () => {
  it('stack by day, and what comes after the fifth is one', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const groups = names.map((name, i) => group('2026-11-02', name, 1, 100 - i));
    const days = daysBetween('2026-11-01', '2026-11-02');
    const rows = stacks(groups, 'model', days, lines(groups, 'model'));
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'Others']);
    expect(rows.map(({ values }) => values)).toEqual([[0, 100], [0, 99], [0, 98], [0, 97], [0, 96], [0, 95 + 94]]);
  });

  it('of one name stay apart', () => {
    const of = (id: string) => group('2026-11-01', 'm', 1, 5, { space: { id, name: 'Help' } });
    const groups = [of('s1'), of('s2')];
    expect(stacks(groups, 'space', ['2026-11-01'], lines(groups, 'space')).map(({ name }) => name)).toEqual(['Help', 'Help (2)']);
  });

  it('an address that makes no sense is the usual one', () => {
    expect(readLedger({ by: 'planet', kind: 'x', model: 7, range: '30d' })).toEqual({});
    expect(readLedger({ by: 'space', kind: 'draft', model: 'm', range: '7d' })).toEqual({ by: 'space', kind: 'draft', model: 'm', range: '7d' });
  });
});

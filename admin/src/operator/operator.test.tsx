import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createQueryClient } from '../app/queries';
import { json, problem, serve } from '../test/server';
import { OperatorApp } from './OperatorApp';
import { wantedTenants } from './wanted';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const WHO = { email: 'ada@example.com', name: 'Ada', expires_at: '2099-01-01T08:00:00Z' };
const TENANT = {
  id: '0192f7a0-0000-7000-8000-000000000001',
  name: 'Acme',
  status: 'active',
  created_at: '2026-01-02T00:00:00Z',
  members: 3,
  plan: 'pro',
  subscription: 'active',
  trial_end: null,
  current_period_end: '2026-12-01T00:00:00Z',
  cancels: false,
  mrr: '49.000',
  revenue: '24.500',
  currency: 'USD',
  cost: '0.001234567',
  messages: 7,
};
const ROUTES = {
  'GET /api/operator/session': () => json(WHO),
  'GET /api/operator/access': () => json({ items: [], next: null }),
};

function open(path: string, routes: Parameters<typeof serve>[0]) {
  history.replaceState(null, '', `/operator${path}`);
  const heard = serve({ ...ROUTES, ...routes });
  render(
    <QueryClientProvider client={createQueryClient()}>
      <OperatorApp />
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), asked: () => heard.map(({ route }) => route) };
}

describe('the view of operators', () => {
  it('asks for password and code', async () => {
    let tries = 0;
    const { user } = open('/', {
      'GET /api/operator/session': () => problem(401, 'unauthenticated', 'enter'),
      'POST /api/operator/session': () => (++tries === 1 ? problem(401, 'code_required', 'a code') : json(WHO)),
      'GET /api/operator/overview': () => json({ months: [], plans: [] }),
    });
    await user.type(await screen.findByLabelText('E-mail'), 'ada@example.com');
    await user.type(screen.getByLabelText('Password'), 'secret');
    await user.click(screen.getByRole('button', { name: 'Enter' }));
    await user.type(await screen.findByLabelText('Code'), '123 456');
    await user.click(screen.getByRole('button', { name: 'Enter' }));
    expect(await screen.findByRole('heading', { name: 'Overview' })).toBeVisible();
    expect(screen.getByText('ada@example.com')).toBeInTheDocument();
  });

  it('tells what comes in by currency, and adds nothing up', async () => {
    const income = [
      { currency: 'KWD', mrr: '14.500', revenue: '7.250' },
      { currency: 'USD', mrr: '248.000', revenue: '120.000' },
    ];
    const month = { month: '2026-11-01', tenants: 9, active: 4, paying: 3, paying_before: 4, churned: 1, churn: 2500, income, cost: '12.345678900' };
    open('/', { 'GET /api/operator/overview': () => json({ months: [month], plans: [{ plan: 'pro', name: 'Pro', tenants: 3, paying: 2, trialing: 1 }] }) });
    expect(await screen.findByText(/KWD\s14\.500 \+ \$248\.00/)).toBeVisible();
    expect(screen.getByText('25%', { selector: 'dd' })).toBeVisible();
    expect(screen.getByText('3 of 9 workspaces pay')).toBeVisible();
    expect(screen.getAllByText('Nov 2026').length).toBeGreaterThan(0);
    expect(screen.getByRole('row', { name: 'Pro 3 2 1' })).toBeInTheDocument();
  });

  it('searches, sorts and turns pages by the address', async () => {
    const { user, asked } = open('/tenants?page=2', { 'GET /api/operator/tenants': () => json({ items: [TENANT], total: 60 }) });
    const row = await screen.findByRole('row', { name: /Acme/ });
    expect(within(row).getByText('$49.00')).toBeVisible();
    expect(within(row).getByText('$0.001235')).toBeVisible();
    expect(screen.getByText('Page 2 of 3')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'MRR' }));
    await waitFor(() => expect(asked().at(-1)).toBe('GET /api/operator/tenants?sort=mrr&descending=true&limit=25&page=1'));
    expect(screen.getByRole('columnheader', { name: 'MRR' })).toHaveAttribute('aria-sort', 'descending');
    await user.selectOptions(screen.getByLabelText('Subscription'), 'past_due');
    await waitFor(() => expect(location.search).toContain('subscription=past_due'));
  });

  it('asks why before it acts as a workspace', async () => {
    const asked: unknown[] = [];
    const { user } = open(`/tenants/${TENANT.id}`, {
      [`GET /api/operator/tenants/${TENANT.id}`]: () => json({ tenant: TENANT, months: [] }),
      [`POST /api/operator/tenants/${TENANT.id}/access`]: ({ body }) => {
        asked.push(body);
        return json({ id: 'a1', tenant: TENANT.id, tenant_name: 'Acme', reason: 'x', may_write: false, began_at: '', expires_at: '2099-01-01T00:00:00Z' });
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Act as this workspace' }));
    const dialog = within(screen.getByRole('dialog'));
    await user.type(dialog.getByLabelText('Reason'), 'Ticket 4711: answers are slow');
    await user.selectOptions(dialog.getByLabelText('For'), '15');
    await user.click(dialog.getByRole('button', { name: 'Act as this workspace' }));
    expect(await screen.findByRole('link', { name: 'Open the console' })).toHaveAttribute('href', '/app/?acting=a1');
    expect(asked).toEqual([{ reason: 'Ticket 4711: answers are slow', minutes: 15, may_write: false }]);
  });

  it('shows what is to be looked after, known by name or not', async () => {
    const checks = [
      { what: 'billing_events_failed', count: 2, since: '2026-01-01T00:00:00Z', bad: true },
      { what: 'something_new', count: 0, since: null, bad: false },
    ];
    open('/health', { 'GET /api/operator/health': () => json({ version: '0.1.0', checks, reconciliation: null }) });
    expect(await screen.findByText(/No day has been compared yet/)).toBeVisible();
    const failed = (await screen.findByText(/Payment events that failed/)).closest('li');
    expect(failed).toHaveTextContent('look after it');
    expect(screen.getByText('something_new')).toBeVisible();
  });

  it('shows what the last reconciliation found', async () => {
    const differences = [
      { cause: 'never_settled', count: 2, bad: true },
      { cause: 'estimated', count: 3, bad: false },
    ];
    const reconciliation = { day: '2026-01-01', at: '2026-01-02T02:00:00Z', source: 'anthropic', differences };
    open('/health', { 'GET /api/operator/health': () => json({ version: '0.1.0', checks: [], reconciliation }) });
    const found = within(await screen.findByRole('region', { name: 'Reconciliation' }));
    expect(found.getByText(/never settled/).closest('li')).toHaveTextContent('look after it2');
    expect(found.getByText(/are estimates/).closest('li')).not.toHaveTextContent('look after it');
    expect(found.getByText('parlance reconcile --day 2026-01-01')).toBeVisible();
  });

  it('says in words what operators did', async () => {
    const act = { id: '1', at: '2026-01-01T00:00:00Z', by_command_line: false, email: 'ada@example.com', address: '192.0.2.1', action: 'operator.begin', tenant: TENANT.id, tenant_name: 'Acme', details: { reason: 'Ticket 4711', may_write: true } };
    open('/log', { 'GET /api/operator/log': () => json({ items: [act, { ...act, id: '2', action: 'operator.new' }], next: null }) });
    expect(await screen.findByText('ada@example.com began to act as Acme')).toBeVisible();
    expect(screen.getAllByText('Ticket 4711 (with changes) · from 192.0.2.1')).toHaveLength(2);
    expect(screen.getByText('ada@example.com: operator.new Acme')).toBeVisible();
  });

  it('takes nothing else from an address', () => {
    expect(wantedTenants({ search: 'x', sort: 'password', subscription: 'rich', page: 1, descending: 'yes' })).toEqual({ search: 'x' });
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { space, workspace } from '../test/spaces';
import { ticket, ticketEvent } from '../test/tickets';
import type { BothKept, Deadline, Policy, SlaReport } from './api';
import { minutesOf, spanOf } from './span';
import { nextOf, toldOf } from './told';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('a span of time', () => {
  it.each([
    ['30m', 30],
    ['45', 45],
    ['4h', 240],
    ['1h 30m', 90],
    ['1.5 h', 90],
    ['1,5h', 90],
    ['2d', 960],
    ['1 day 4 hours', 720],
    [' ', null],
    ['0', undefined],
    ['soon', undefined],
    ['4x', undefined],
    ['4h x', undefined],
    ['-4h', undefined],
    ['9999d', undefined],
  ])('%j is %j minutes', (text, minutes) => expect(minutesOf(text, 480)).toBe(minutes));

  it('is told as it is typed', () => {
    for (const minutes of [1, 59, 60, 90, 480, 485, 1440, 86_400]) {
      expect(minutesOf(spanOf(minutes, 480), 480)).toBe(minutes);
      expect(minutesOf(spanOf(minutes, 1440), 1440)).toBe(minutes);
    }
    expect([spanOf(960, 480), spanOf(1_500, 1440), spanOf(null, 480)]).toEqual(['2d', '1d 1h', '']);
  });
});

const deadline = (given: Partial<Deadline> = {}): Deadline => ({
  kind: 'first_response',
  policy: 'Standard',
  target_seconds: 3600,
  due_at: '2026-12-07T10:00:00Z',
  at_risk_at: '2026-12-07T09:48:00Z',
  paused_at: null,
  met_at: null,
  breached_at: null,
  ...given,
});

describe('a deadline in words', () => {
  it.each([
    ['2026-12-07T09:35:00Z', {}, 'First response in 25 min', 'plain'],
    ['2026-12-07T09:50:00Z', {}, 'First response in 10 min', 'warn'],
    ['2026-12-07T12:00:00Z', {}, 'First response breached 2 h ago', 'bad'],
    ['2026-12-10T12:00:00Z', {}, 'First response breached 3 d ago', 'bad'],
    ['2026-12-07T09:00:00Z', { due_at: null, paused_at: '2026-12-07T08:00:00Z' }, 'First response paused', 'plain'],
    ['2026-12-07T11:00:00Z', { met_at: '2026-12-07T09:00:00Z' }, 'First response in time', 'plain'],
    ['2026-12-07T11:00:00Z', { met_at: '2026-12-07T10:30:00Z', breached_at: '2026-12-07T10:00:00Z' }, 'First response late', 'plain'],
    ['2026-12-07T11:00:00Z', { due_at: null }, 'First response not within a year', 'plain'],
  ] as const)('at %s', (now, given, text, look) => expect(toldOf(deadline(given), new Date(now))).toEqual({ text, look }));

  it('is of the one that comes first', () => {
    const later = deadline({ kind: 'resolution', due_at: '2026-12-08T10:00:00Z' });
    expect(nextOf([later, deadline()])?.kind).toBe('first_response');
    expect(nextOf([later, deadline({ met_at: '2026-12-07T09:00:00Z' })])?.kind).toBe('resolution');
    expect(nextOf([deadline({ met_at: '2026-12-07T09:00:00Z' })])).toBeUndefined();
  });
});

describe('a ticket', () => {
  const items = [ticket(2, { deadlines: [deadline({ due_at: '2020-01-01T10:00:00Z' }), deadline({ kind: 'resolution', due_at: null, paused_at: '2020-01-01T09:00:00Z' })] })];
  const routes = {
    'GET /api/tickets': () => json({ items, next: null }),
    'GET /api/tickets/2': () => json(items[0]),
    'GET /api/tickets/2/events': () => json({ items: [ticketEvent(2, 1, 'sla_breached', { deadline: 'first_response' })], next: null }),
    'GET /api/team/members': () => json({ items: [], next: null }),
  };

  it('shows what is next in the list', async () => {
    await open(routes, 'agent', '/app/tickets');
    expect((await screen.findAllByText(/^First response breached \d+ d ago$/))[0]).toBeVisible();
    expect(screen.queryByText('Resolution paused')).toBeNull();
  });

  it('shows all of them on its page, and what was told of them', async () => {
    await open(routes, 'agent', '/app/tickets/2');
    expect(await screen.findByText('Resolution paused')).toBeVisible();
    expect(screen.getByText('Promised by the policy Standard.')).toBeVisible();
    expect(await screen.findByText(/noted that the first response is overdue/)).toBeVisible();
  });
});

const NONE = { first_response: null, resolution: null };
const policy = (id: string, given: Partial<Policy> = {}): Policy => ({
  id,
  name: id,
  conditions: { spaces: [], teams: [], categories: [], plans: [] },
  targets: { urgent: { first_response: 30, resolution: 240 }, high: NONE, normal: NONE, low: NONE },
  hours: 'space',
  own_hours: null,
  updated_at: '2026-12-07T09:00:00Z',
  ...given,
});

async function open(routes: Parameters<typeof serve>[0], role = 'owner', path = '/app/deadlines/policies') {
  const teams = { items: [{ id: 't1', name: 'Tier 2', members: [], created_at: '' }], next: null };
  const categories = { items: [{ id: 'c1', name: 'Refunds', description: '', examples: 3, corrections: 0, created_at: '', updated_at: '' }], next: null };
  const heard = serve({ ...workspace(role, space()), 'GET /api/team/teams': () => json(teams), 'GET /api/ticket-categories': () => json(categories), ...routes });
  await openConsole(path);
  return { user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('policies', () => {
  it('are made with targets as people write them', async () => {
    const { user, sent } = await open({
      'GET /api/sla-policies': () => json({ items: [], next: null }),
      'POST /api/sla-policies': () => json(policy('p1'), 201),
    });
    await user.click(await screen.findByRole('button', { name: 'New policy' }));
    const form = within(screen.getByRole('dialog', { name: 'New policy' }));
    await user.type(form.getByLabelText('Name'), 'Enterprise');
    await user.click(await form.findByRole('button', { name: 'Tier 2' }));
    await user.click(await form.findByRole('button', { name: 'Refunds' }));
    await user.type(form.getByLabelText('New plan 1'), 'enterprise');
    const cell = form.getByLabelText('First response, urgent');
    await user.clear(cell);
    await user.type(cell, 'soon');
    expect(form.getByText('Write it as 30m, 4h or 2d.')).toBeVisible();
    expect(form.getByRole('button', { name: 'Add the policy' })).toBeDisabled();
    await user.clear(cell);
    await user.type(cell, '15');
    await user.tab();
    expect(cell).toHaveValue('15m');
    await user.clear(form.getByLabelText('Resolution, low'));
    await user.clear(form.getByLabelText('Resolution, normal'));
    await user.type(form.getByLabelText('Resolution, normal'), '3d');
    await user.click(form.getByRole('radio', { name: 'Day and night' }));
    // Three days of eight hours are one day of 24.
    expect(form.getByLabelText('Resolution, normal')).toHaveValue('1d');
    await user.click(form.getByRole('button', { name: 'Add the policy' }));
    await waitFor(() => expect(sent('POST /api/sla-policies')).toHaveLength(1));
    expect(sent('POST /api/sla-policies')[0]).toMatchObject({
      name: 'Enterprise',
      conditions: { spaces: [], teams: ['t1'], categories: ['c1'], plans: ['enterprise'] },
      targets: { urgent: { first_response: 15, resolution: 240 }, normal: { first_response: 240, resolution: 1440 }, low: { first_response: 480, resolution: null } },
      hours: 'calendar',
      own_hours: null,
    });
  });

  it('are freed of what is gone', async () => {
    const { user, sent } = await open({
      'GET /api/sla-policies': () => json({ items: [policy('Standard', { conditions: { spaces: [], teams: [], categories: ['gone', 'c1'], plans: [] } })], next: null }),
      'PUT /api/sla-policies/Standard': () => json(policy('Standard')),
    });
    expect(await screen.findByText(/Tickets of the category one that is gone or Refunds/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Change Standard' }));
    await user.click(await screen.findByRole('button', { name: 'One that is gone' }));
    expect(screen.queryByRole('button', { name: 'One that is gone' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Save the policy' }));
    await waitFor(() => expect(sent('PUT /api/sla-policies/Standard')[0]).toMatchObject({ conditions: { categories: ['c1'] } }));
  });

  it('say at the field what the server does not take', async () => {
    const errors = [
      { field: 'targets.urgent.resolution', detail: 'give at least as long as for the first response' },
      { field: 'conditions.categories', detail: 'the workspace has no such category' },
    ];
    const { user } = await open({
      'GET /api/sla-policies': () => json({ items: [policy('Standard')], next: null }),
      'PUT /api/sla-policies/Standard': () => new Response(JSON.stringify({ status: 400, code: 'invalid_request', detail: 'x', errors }), { status: 400 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Change Standard' }));
    await user.click(screen.getByRole('radio', { name: 'Own hours' }));
    expect(screen.getByLabelText('Monday from')).toHaveValue('09:00');
    await user.click(screen.getByRole('button', { name: 'Save the policy' }));
    expect(await screen.findByText('Give at least as long as for the first response')).toBeVisible();
    expect(screen.getByLabelText('Resolution, urgent')).toBeInvalid();
    expect(screen.getByRole('group', { name: 'Category' })).toHaveAccessibleDescription('The workspace has no such category');
    expect(screen.getByLabelText('Plan of the customer')).not.toHaveAccessibleDescription(/category/);
  });

  it('are in an order, in which one for all tickets hides those below it', async () => {
    const items = [policy('All'), policy('Special', { conditions: { spaces: ['s1'], teams: ['gone'], categories: [], plans: [] } })];
    const { user, sent } = await open({
      'GET /api/sla-policies': () => json({ items, next: null }),
      'PUT /api/sla-policies/order': () => json({ items: items.toReversed(), next: null }),
    });
    expect(await screen.findByText('Never reached')).toBeVisible();
    expect(await screen.findByText(/Tickets in Acme Robotics, of the team one that is gone/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Move All up' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Move Special up' }));
    await waitFor(() => expect(screen.queryByText('Never reached')).toBeNull());
    expect(sent('PUT /api/sla-policies/order')).toEqual([{ ids: ['Special', 'All'] }]);
  });

  it('are only read by who may not change them', async () => {
    await open({ 'GET /api/sla-policies': () => json({ items: [policy('Standard')], next: null }) }, 'agent');
    expect(await screen.findByRole('heading', { name: 'Standard' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /policy|Standard/ })).toBeNull();
  });
});

const kept = (met: number, breached: number, median: number | null): BothKept => ({
  first_response: { met, breached, median_seconds: median },
  resolution: { met: 0, breached: 0, median_seconds: null },
});

describe('the report', () => {
  it('tells what was kept, in all and by whose it was', async () => {
    const report: SlaReport = {
      from: '2026-12-01',
      to: '2026-12-02',
      tz: 'UTC',
      totals: kept(3, 1, 1_800),
      series: [{ at: '2026-12-01', kept: kept(3, 1, null) }],
      priorities: [{ key: 'high', name: 'high', kept: kept(3, 1, 1_800) }],
      teams: [{ key: null, name: null, kept: kept(3, 1, 1_800) }],
      agents: [{ key: 'u1', name: 'Ada', kept: kept(3, 1, 1_800) }],
      policies: [{ key: 'p1', name: 'Standard', kept: kept(3, 1, 1_800) }],
    };
    await open({ 'GET /api/analytics/sla': () => json(report) }, 'viewer', '/app/deadlines');
    const tile = (await screen.findByText('First response in time')).parentElement;
    expect(tile).toHaveTextContent('75%3 of 4');
    const table = within(screen.getByRole('region', { name: 'By team' }));
    expect(table.getByRole('row', { name: /No team/ })).toHaveTextContent(/75%3 of 4 · 30\smin/);
    expect(screen.getByText('None was due in these days.')).toBeVisible();
    expect(document.title).toBe('Deadlines · Parlance');
  });

  it('says that there is nothing, and why it did not load', async () => {
    const empty = { from: '', to: '', tz: 'UTC', totals: kept(0, 0, null), series: [], priorities: [], teams: [], agents: [], policies: [] };
    await open({ 'GET /api/analytics/sla': () => json(empty) }, 'viewer', '/app/deadlines');
    expect(await screen.findByText('No deadline came in these days')).toBeVisible();
  });

  it('says why it did not load', async () => {
    await open({ 'GET /api/analytics/sla': () => problem(403, 'forbidden', 'ask an admin') }, 'viewer', '/app/deadlines');
    expect(await screen.findByRole('alert')).toHaveTextContent('Ask an admin.');
  });
});

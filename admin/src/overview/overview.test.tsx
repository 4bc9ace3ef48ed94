import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { analytics, figures } from '../test/analytics';
import { openConsole } from '../test/open';
import { granted, json, problem, serve } from '../test/server';
import { change, changeText, cost, difference, duration, hundredths, slotName } from './format';
import { daysOf, readOverview, readSearch } from './range';

describe('days', () => {
  const today = new Date(2026, 10, 22, 23, 59);
  const of = (search: Parameters<typeof daysOf>[0]) => {
    const { from, to } = daysOf(search, today, 'UTC');
    return `${from} ${to}`;
  };

  it('are the last 30 unless told', () => {
    expect(of({})).toBe('2026-10-24 2026-11-22');
    expect(of({ range: '7d' })).toBe('2026-11-16 2026-11-22');
    expect(of({ range: '90d' })).toBe('2026-08-25 2026-11-22');
    expect(of({ range: 'month' })).toBe('2026-11-01 2026-11-22');
  });

  it('are those that are named, where they can be', () => {
    expect(of({ range: 'custom', from: '2026-01-01', to: '2026-01-31' })).toBe('2026-01-01 2026-01-31');
    for (const [from, to] of [['2026-02-01', '2026-01-01'], ['2025-01-01', '2026-02-05'], ['2026-01-01', undefined]] as const) {
      expect(of({ range: 'custom', from, ...(to && { to }) })).toBe('2026-10-24 2026-11-22');
    }
  });

  it('stand in the address, and nothing else does', () => {
    const address: Record<string, unknown> = { range: '7d', compare: false, space: 'acme', from: '2026-11-01', other: 1 };
    expect(readSearch(address)).toEqual({
      range: '7d',
      compare: false,
      space: 'acme',
      from: '2026-11-01',
    });
    expect(readOverview({ channel: 'mail', range: '7d' })).toEqual({ channel: 'mail', range: '7d' });
    expect(readOverview({ channel: 'fax' })).toEqual({});
    expect(readSearch({ range: '30d', compare: true, from: '2026-13-45', to: 'x', space: '' })).toEqual({});
  });
});

describe('figures', () => {
  it('are said as a person would', () => {
    expect([480, 1_400, 90_000, 5_400_000, 172_800_000, null].map(duration).map((text) => text.replace('\u00a0', ' '))).toEqual([
      '480 ms',
      '1.4 s',
      '1.5 min',
      '1.5 h',
      '2 d',
      '–',
    ]);
    expect([cost(12_340_000_000), cost(4_200_000), cost(0)]).toEqual(['$12.34', '$0.0042', '$0.00']);
    expect(slotName('2026-11-01T13:00:00+05:45')).toBe('13:00');
  });

  it('are compared with what there was', () => {
    expect(changeText(change(15, 10) ?? 0)).toBe('+50%');
    expect(change(1, 0)).toBeNull();
    expect(change(null, 3)).toBeNull();
    expect([hundredths(-0.124), hundredths(0.3), hundredths(-0.001), hundredths(difference(0.1, -0.05))]).toEqual(['−12', '+30', '0', '+15']);
    expect(difference(0.1, null)).toBeNull();
  });
});

const space = { id: 's1', slug: 'acme', name: 'Acme Robotics', public_key: 'pk_1', published: true, settings: {}, created_at: '' };
const some = figures({
  conversations: 8,
  visitors: 5,
  messages: { visitor: 20, assistant: 18, agent: 2, system: 0 },
  resolved: { total: 4, alone: 3 },
  first_response: { count: 8, mean_ms: 900, p50_ms: 800, p90_ms: 2_400 },
  sentiment: { unhappy: 5, neutral: 12, happy: 3, angry: 1, mean: -0.08 },
});
const routes = {
  'POST /api/auth/refresh': () => json(granted('t1')),
  'GET /api/chat-spaces': () => json({ items: [space, { ...space, id: 's2', slug: 'shop', name: 'Acme Shop' }], next: null }),
  'GET /api/analytics/overview': () =>
    json(
      analytics(some, {
        spaces: [
          { id: 's1', name: 'Acme Robotics', removed: false, totals: some },
          { id: 's9', name: 'Gone', removed: true, totals: figures({ conversations: 1 }) },
        ],
        previous: { from: '2026-10-31', to: '2026-10-31', totals: figures({ conversations: 4, sentiment: { unhappy: 8, neutral: 2, happy: 0, angry: 5, mean: -0.2 } }), series: [] },
      }),
    ),
  'GET /api/chat-spaces/s1/analytics': () => json(analytics(figures({ conversations: 3 }))),
  'GET /api/chat-spaces/s2/analytics': () => json(analytics(figures())),
};

// Its charts are large, and no test waits for them alone.
beforeAll(() => import('./OverviewPage'));
beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('the overview', () => {
  it('tells what happened, and beside it what did before', async () => {
    const heard = serve(routes);
    await openConsole('/app/overview');
    const tile = (await screen.findAllByText('Conversations')).find((found) => found.tagName === 'DT')?.parentElement;
    expect(tile).toHaveTextContent('8+100% against 4 in the days before');
    expect(screen.getByText('3 of 4 resolved')).toBeVisible();
    const asked = heard.find(({ route }) => route.includes('/api/analytics/overview'))?.route ?? '';
    expect(asked).toContain('compare=previous');
    expect(document.title).toBe('Overview · Parlance');
  });

  it('tells how visitors felt, in hundredths and by how much that moved', async () => {
    serve(routes);
    await openConsole('/app/overview');
    const tile = async (name: string) => (await screen.findAllByText(name)).find((found) => found.tagName === 'DT')?.parentElement;
    expect(await tile('Sentiment')).toHaveTextContent('−8+12 against −20 in the days before−100 to +100, of 20 messages');
    expect(await tile('Angry messages')).toHaveTextContent('5%−90% against 50% in the days before1 of 20 messages');
    const table = await screen.findByRole('table', { name: 'Sentiment' });
    const row = within(table).getByRole('row', { name: /Nov 1, 2026/ });
    expect(within(row).getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['25%', '60%', '15%']);
  });

  it('has a table for each picture', async () => {
    serve(routes);
    await openConsole('/app/overview');
    const table = await screen.findByRole('table', { name: 'Messages' });
    const row = within(table).getByRole('row', { name: /Nov 1, 2026/ });
    expect(within(row).getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['20', '18', '2', '0']);
    expect(screen.getByText('Nobody rated a conversation in these days.')).toBeVisible();
  });

  it('keeps what is chosen in the address', async () => {
    const heard = serve(routes);
    await openConsole('/app/overview');
    const user = userEvent.setup();
    const option = await screen.findByRole('option', { name: 'Acme Robotics' });
    await user.selectOptions(screen.getByLabelText('Space'), option);
    await user.selectOptions(screen.getByLabelText('Channel'), 'E-mail');
    await user.click(screen.getByRole('button', { name: '7 days' }));
    await user.click(screen.getByLabelText('Compare with before'));
    expect(Object.fromEntries(new URLSearchParams(location.search))).toEqual({ range: '7d', space: 'acme', channel: 'mail', compare: 'false' });
    await vi.waitFor(() => expect(heard.at(-1)?.route).toMatch(/^GET \/api\/chat-spaces\/s1\/analytics\?from=[\d-]+&to=[\d-]+&tz=[^&]+&channel=mail$/));
  });

  it('opens a space from the table, and not one that is gone', async () => {
    serve(routes);
    await openConsole('/app/overview');
    const user = userEvent.setup();
    const table = await screen.findByRole('group', { name: 'By space' });
    expect(within(table).getByText('Gone (removed)')).toBeVisible();
    await user.click(within(table).getByRole('button', { name: 'Acme Robotics' }));
    await vi.waitFor(() => expect(location.search).toBe('?space=acme'));
  });

  it('says that nothing happened, and where to begin', async () => {
    serve(routes);
    await openConsole('/app/overview?space=shop');
    expect(await screen.findByText('Nothing happened in these days')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Install the widget' })).toHaveAttribute('href', '/app/spaces/shop/install');
  });

  it('gives the same as a file', async () => {
    const heard = serve({
      ...routes,
      'GET /api/analytics/overview': (one) => (one.accept === 'text/csv' ? new Response('at,conversations\r\n') : routes['GET /api/analytics/overview']()),
    });
    const kept: string[] = [];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:1', revokeObjectURL: () => undefined }));
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
      kept.push(this.download);
    });
    await openConsole('/app/overview?range=custom&from=2026-11-01&to=2026-11-03');
    await userEvent.click(await screen.findByRole('button', { name: 'CSV' }));
    await vi.waitFor(() => expect(kept).toEqual(['analytics-2026-11-01-2026-11-03.csv']));
    expect(heard.at(-1)?.route).not.toContain('compare');
  });

  it('says why it did not load', async () => {
    serve({ ...routes, 'GET /api/analytics/overview': () => problem(403, 'forbidden', 'ask an admin') });
    await openConsole('/app/overview');
    expect(await screen.findByRole('alert')).toHaveTextContent('Ask an admin.');
  });
});

describe('a new widget', () => {
  it('is told of as soon as it is seen', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let seen: unknown[] = [];
    serve({ ...routes, 'GET /api/chat-spaces/s1/widget': () => json({ csp: [], seen }) });
    await openConsole('/app/spaces/acme/install');
    expect(await screen.findByText('Not seen yet')).toBeVisible();
    seen = [{ origin: 'https://shop.example', at: new Date(Date.now() - 125_000).toISOString() }];
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await screen.findByText(/Seen on shop.example/)).toHaveTextContent('Seen on shop.example 2 minutes ago');
    vi.useRealTimers();
  });
});

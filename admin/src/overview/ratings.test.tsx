import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { granted, json, serve } from '../test/server';
import type { Csat } from './api';

const space = { id: 's1', slug: 'acme', name: 'Acme Robotics', public_key: 'pk_1', published: true, settings: {}, created_at: '' };
const none: Csat = { count: 0, mean: null, satisfied: null, scores: [0, 0, 0, 0, 0] };
const some: Csat = { count: 4, mean: 4, satisfied: 0.75, scores: [0, 1, 0, 1, 2] };
const report = {
  totals: some,
  series: [{ at: '2026-11-01', csat: some }],
  bot: { ...none, count: 1, mean: 2, satisfied: 0, scores: [0, 1, 0, 0, 0] },
  agents: [{ key: 'a1', name: 'Ada Keller', csat: { ...none, count: 3, mean: 4.667, satisfied: 1, scores: [0, 0, 0, 1, 2] } }],
  categories: [{ key: null, name: null, csat: some }],
  previous: { totals: { ...some, count: 2, mean: 2 }, series: [{ at: '2026-10-31', csat: some }] },
};
const said = (conversation: string, comment: string) => ({ conversation, space: 's1', score: 2, comment, via: 'mail', agent: null, at: '2026-11-01T10:00:00Z' });
const routes = {
  'POST /api/auth/refresh': () => json(granted('t1')),
  'GET /api/chat-spaces': () => json({ items: [space], next: null }),
  'GET /api/analytics/ratings': () => json(report),
  'GET /api/analytics/ratings/comments': ({ route }: { route: string }) =>
    json(route.includes('cursor=more') ? { items: [said('c2', 'Nobody came.')], next: null } : { items: [said('c1', 'It took a week.')], next: 'more' }),
};

// With its charts it is large, and no test waits for them alone.
beforeAll(() => import('./RatingsPage'));
beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('ratings', () => {
  it('are told by who answered and what it was about, beside those before', async () => {
    serve(routes);
    await openConsole('/app/overview/ratings');
    const tile = (await screen.findAllByText('On average')).find((found) => found.tagName === 'DT')?.parentElement;
    expect(tile).toHaveTextContent('4.0+100% against 2.0 in the days before');
    const byAgent = screen.getByRole('region', { name: 'By who answered' });
    const told = (name: RegExp) => within(within(byAgent).getByRole('row', { name })).getAllByRole('cell').map(({ textContent }) => textContent);
    expect(told(/The bot alone/)).toEqual(['1', '2.0', '0%', '0', '1', '0', '0', '0']);
    expect(told(/Ada Keller/)).toEqual(['3', '4.67', '100%', '0', '0', '0', '1', '2']);
    expect(within(screen.getByRole('region', { name: 'By category' })).getByRole('row', { name: /No category/ })).toBeVisible();
    expect(document.title).toBe('Ratings · Parlance');
  });

  it('lead from what was said to its conversation, page by page', async () => {
    serve(routes);
    await openConsole('/app/overview/ratings?range=7d');
    const comments = await screen.findByRole('region', { name: 'Comments' });
    await within(comments).findByText('It took a week.');
    expect(within(comments).getByRole('link', { name: 'Open the conversation' })).toHaveAttribute('href', '/app/inbox/c1');
    await userEvent.click(within(comments).getByRole('button', { name: 'Earlier comments' }));
    await within(comments).findByText('Nobody came.');
    expect(within(comments).queryByRole('button', { name: 'Earlier comments' })).toBeNull();
  });

  it('say where to begin where there are none', async () => {
    serve({ ...routes, 'GET /api/analytics/ratings': () => json({ ...report, totals: none }) });
    await openConsole('/app/overview/ratings');
    expect(await screen.findByText('Nobody rated a conversation in these days')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Ask by e-mail' })).toHaveAttribute('href', '/app/spaces/acme/settings/people');
  });
});

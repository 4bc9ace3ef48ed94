import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leave } from '../billing/leave';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import { left } from './left';

const access = (given = {}) => ({
  id: 'a1',
  tenant: 't1',
  tenant_name: 'Acme Robotics',
  reason: 'Ticket 4711: answers are slow',
  may_write: false,
  began_at: '2026-01-01T00:00:00Z',
  expires_at: new Date(Date.now() + 30 * 60_000).toISOString(),
  ...given,
});
const granted = (permissions: string[] = []) =>
  json({ access_token: 'acting', expires_in: 1800, access: access(), permissions, user: { id: 'o1', email: 'ada@example.com', name: 'Ada' } });

vi.mock('../billing/leave', () => ({ leave: vi.fn() }));
beforeEach(() => {
  vi.mocked(leave).mockReset();
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});
afterEach(() => sessionStorage.clear());

describe('acting as a workspace', () => {
  it('opens the console under a banner, with the token of that time and what it may', async () => {
    const heard = serve({
      ...workspace('viewer'),
      'POST /api/operator/access/a1/token': () => granted(['spaces:read']),
      'POST /api/operator/access/a1/end': () => new Response(null, { status: 204 }),
    });
    await openConsole('/app/team?acting=a1');
    const banner = await screen.findByRole('region', { name: 'Acting as a workspace' });
    expect(banner).toHaveTextContent(/You act as Acme Robotics, to read only: (29|30):\d\d left/);
    expect(banner).toHaveTextContent('Ticket 4711: answers are slow');
    expect(screen.queryByRole('link', { name: 'Billing' })).toBeNull();
    expect(heard.filter(({ route }) => route.includes('/auth/'))).toEqual([]);
    expect(heard.every(({ route, token }) => route.includes('/operator/') || token === 'acting')).toBe(true);
    await userEvent.setup().click(screen.getByRole('button', { name: 'End' }));
    await waitFor(() => expect(leave).toHaveBeenCalledWith('/operator/'));
    expect(sessionStorage).toHaveLength(0);
  });

  it('goes back where the time is over', async () => {
    serve({ ...workspace('viewer'), 'POST /api/operator/access/a1/token': () => problem(404, 'not_found', 'gone') });
    await openConsole('/app/?acting=a1');
    expect(leave).toHaveBeenCalledWith('/operator/');
    expect(sessionStorage).toHaveLength(0);
  });

  it('says how long it goes on', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(left('2026-01-01T00:29:05Z', now)).toBe('29:05');
    expect(left('2026-01-01T01:00:00Z', now)).toBe('60:00');
    expect(left('2025-12-31T00:00:00Z', now)).toBe('0:00');
  });
});

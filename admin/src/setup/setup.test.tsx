import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { settings, space, workspace } from '../test/spaces';

beforeEach(() => {
  localStorage.clear();
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});

const member = { id: 'u1', email: 'admin@acme.example', name: 'Ada Keller', role: 'owner', joined_at: '2026-03-01T12:00:00Z' };

async function open(role: string, given: { seen?: unknown[]; documents?: unknown[]; hours?: boolean } = {}) {
  const hours = given.hours ? ({ time_zone: 'UTC', week: {}, holidays: [] } as unknown as typeof settings.hours) : null;
  const one = space({ published: false, settings: { ...settings, hours } });
  const page = (items: unknown[] = []) => () => json({ items, next: null });
  serve({
    ...workspace(role, one),
    'GET /api/conversations': page([conversation('c1')]),
    'GET /api/chat-spaces/s1/documents': page(given.documents),
    'GET /api/chat-spaces/s1/widget': () => json({ seen: given.seen ?? [], csp: [] }),
    'GET /api/team/members': page([member]),
    'GET /api/team/invitations': page(),
  });
  await openConsole('/app/inbox');
  await screen.findByText('Choose a conversation');
  return userEvent.setup();
}

describe('setting up', () => {
  it('says what is left to do, and leads there', async () => {
    const user = await open('owner', { documents: [{ id: 'd1' }] });
    const list = await screen.findByRole('region', { name: 'Set up' });
    expect(list).toHaveTextContent('1 of 5 done');
    expect(within(list).getByRole('link', { name: /Give it something to know.*done/ })).toBeVisible();
    await user.click(within(list).getByRole('link', { name: /Put it on your site/ }));
    await waitFor(() => expect(location.pathname).toBe('/app/spaces/acme/install'));
  });

  it('is put away for good', async () => {
    const user = await open('owner');
    await user.click(await screen.findByRole('button', { name: 'Put this list away' }));
    expect(screen.queryByRole('region', { name: 'Set up' })).toBeNull();
    expect(localStorage.getItem('parlance.setup.dismissed')).toBe('["t1"]');
  });

  it('is not for agents', async () => {
    await open('agent');
    await screen.findByRole('navigation', { name: 'Conversations' });
    expect(screen.queryByRole('region', { name: 'Set up' })).toBeNull();
  });
});

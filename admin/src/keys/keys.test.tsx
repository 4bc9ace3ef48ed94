import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const key = (id: string, given = {}) => ({
  id,
  name: `Key ${id}`,
  prefix: 'sk_abcdefgh',
  scopes: ['spaces:read'],
  created_by: 'u1',
  created_at: '2026-03-01T12:00:00Z',
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  ...given,
});

async function open(keys: unknown[], routes: Parameters<typeof serve>[0] = {}, role = 'admin') {
  const heard = serve({ ...workspace(role), 'GET /api/keys': () => json({ items: keys, next: null }), ...routes });
  await openConsole('/app/keys');
  return { heard, user: userEvent.setup() };
}

describe('API keys', () => {
  it('are made with scopes and an end, and shown once', async () => {
    const { heard, user } = await open([], { 'POST /api/keys': () => json({ ...key('k1'), key: 'sk_abcdefghSECRET' }, 201) });
    await user.click(await screen.findByRole('button', { name: 'New key' }));
    await user.type(screen.getByLabelText('Name'), 'Nightly sync');
    expect(screen.getByRole('button', { name: 'Make the key' })).toBeDisabled();
    await user.click(screen.getByRole('checkbox', { name: 'Change Knowledge' }));
    expect(screen.getByRole('checkbox', { name: 'Read Knowledge' })).toBeChecked();
    await user.selectOptions(screen.getByLabelText('Ends'), 'Never');
    await user.click(screen.getByRole('button', { name: 'Make the key' }));
    expect(await screen.findByText('sk_abcdefghSECRET')).toBeVisible();
    expect(heard.find(({ route }) => route === 'POST /api/keys')?.body).toEqual({ name: 'Nightly sync', scopes: ['knowledge:read', 'knowledge:write'] });
    await user.click(screen.getByRole('button', { name: 'I have kept it' }));
    expect(screen.queryByText('sk_abcdefghSECRET')).toBeNull();
  });

  it('are revoked; those that work no more are out of the way', async () => {
    const { heard, user } = await open([key('k1'), key('k2', { revoked_at: '2026-03-02T12:00:00Z' }), key('k3', { expires_at: '2026-03-02T12:00:00Z' })], {
      'DELETE /api/keys/k1': () => new Response(null, { status: 204 }),
    });
    expect(await screen.findByText('Key k1')).toBeVisible();
    expect(screen.queryByText('Key k2')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Show the 2 that work no more' }));
    expect(screen.getByText('Revoked', { selector: 'span' })).toBeVisible();
    expect(screen.getByText('Expired')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Revoke Key k1' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Revoke the key' }));
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain('DELETE /api/keys/k1'));
  });

  it('are for admins', async () => {
    const { heard } = await open([], {}, 'agent');
    expect(await screen.findByText('For admins')).toBeVisible();
    expect(heard.map(({ route }) => route)).not.toContain('GET /api/keys');
  });
});

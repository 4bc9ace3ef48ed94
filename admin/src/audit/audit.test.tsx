import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const ACTOR = '01a202ed-d7aa-7572-b972-538290bd15e3';
const event = (id: string, action: string, given = {}) => ({
  id,
  at: '2026-03-01T12:00:00Z',
  actor: { kind: 'user', id: ACTOR, name: 'dana@acme.example' },
  address: '192.0.2.1',
  action,
  target: null,
  before: null,
  after: null,
  ...given,
});

async function open(path: string, routes: Parameters<typeof serve>[0]) {
  const heard = serve({ ...workspace('admin'), 'GET /api/keys': () => json({ items: [], next: null }), ...routes });
  await openConsole(`/app/audit${path}`);
  return { user: userEvent.setup(), asked: () => heard.map(({ route }) => route).filter((route) => route.startsWith('GET /api/audit')) };
}

describe('the audit log', () => {
  it('shows who did what, and what that changed', async () => {
    const change = event('e1', 'space.change', { target: { kind: 'space', id: 's1' }, before: { settings: { color: '#000000' } }, after: { settings: { color: '#ffffff' } } });
    const { user } = await open('', { 'GET /api/audit': () => json({ items: [change], next: null }) });
    const row = await screen.findByRole('button', { name: /dana@acme.example changed Acme Robotics/ });
    await user.click(row);
    expect(screen.getByText('Colour')).toBeVisible();
    expect(screen.getByText('#ffffff')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Only what dana@acme.example did' }));
    await waitFor(() => expect(location.search).toContain(ACTOR));
  });

  it('is narrowed by its address, and that by its filters', async () => {
    const { user, asked } = await open('?action=team.', { 'GET /api/audit': () => json({ items: [], next: null }) });
    expect(await screen.findByText('Nothing like this')).toBeVisible();
    expect(asked()).toEqual(['GET /api/audit?action=team.']);
    await user.selectOptions(screen.getByLabelText('What'), 'space.publish');
    await waitFor(() => expect(location.search).toBe('?action=space.publish'));
    await user.click(await screen.findByRole('button', { name: 'Show everything' }));
    await waitFor(() => expect(location.search).toBe(''));
  });

  it('reads on, and is downloaded as it is narrowed', async () => {
    const saved: string[] = [];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }));
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const { user, asked } = await open('?action=team.', {
      'GET /api/audit': ({ route }) => json(route.includes('cursor') ? { items: [event('e2', 'team.remove')], next: null } : { items: [event('e1', 'team.create')], next: 'c1' }),
      'GET /api/audit/export': () => new Response('at,actor\r\n'),
    });
    await user.click(await screen.findByRole('button', { name: 'Show older acts' }));
    expect(await screen.findByRole('button', { name: /disbanded a team/ })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Download CSV' }));
    await waitFor(() => expect(saved).toEqual(['audit.csv']));
    expect(asked().at(-1)).toBe('GET /api/audit/export?action=team.');
  });
});

import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const member = (id: string, name: string, role: string) => ({ id, name, email: `${name.toLowerCase()}@acme.example`, role, joined_at: '2026-03-01T12:00:00Z' });
const ADA = member('u1', 'Ada', 'owner');
const LUIS = member('u2', 'Luis', 'agent');
const list = (items: unknown[]) => () => json({ items, next: null });

async function open(routes: Parameters<typeof serve>[0] = {}, role = 'owner') {
  const heard = serve({
    ...workspace(role),
    'GET /api/team/members': list([{ ...ADA, role }, LUIS]),
    'GET /api/team/invitations': list([]),
    'GET /api/team/teams': list([]),
    ...routes,
  });
  await openConsole('/app/team');
  return { heard, user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('the team', () => {
  it('changes a role, and says at the row why it could not', async () => {
    const { user, sent } = await open({ 'PATCH /api/team/members/u2': () => problem(403, 'forbidden', 'your role does not let you decide on members any more') });
    await user.selectOptions(await screen.findByLabelText('Role of Luis'), 'viewer');
    expect(await screen.findByRole('alert')).toHaveTextContent('Your role does not let you decide');
    expect(sent('PATCH /api/team/members/u2')).toEqual([{ role: 'viewer' }]);
    expect(screen.getByLabelText('Role of Luis')).toHaveValue('agent');
  });

  it('asks before somebody is made an owner', async () => {
    const { user, sent } = await open({ 'PATCH /api/team/members/u2': () => json({ ...LUIS, role: 'owner' }) });
    await user.selectOptions(await screen.findByLabelText('Role of Luis'), 'owner');
    expect(sent('PATCH /api/team/members/u2')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Make an owner' }));
    await waitFor(() => expect(sent('PATCH /api/team/members/u2')).toEqual([{ role: 'owner' }]));
  });

  it('lets nobody change or remove themselves', async () => {
    await open();
    const mine = within((await screen.findByText('Ada')).closest('li') as HTMLElement);
    expect(mine.queryByRole('combobox')).toBeNull();
    expect(mine.queryByRole('button')).toBeNull();
  });

  it('lets admins leave owners alone', async () => {
    await open({ 'GET /api/team/members': list([{ ...ADA, role: 'admin' }, { ...LUIS, role: 'owner' }]) }, 'admin');
    expect(await screen.findByTitle('Only an owner can change or remove an owner')).toHaveTextContent('owner');
  });

  it('offers nothing to a viewer', async () => {
    await open({}, 'viewer');
    expect(await screen.findByText('Luis')).toBeVisible();
    expect(screen.queryByRole('button', { name: /Invite|Remove|New team/ })).toBeNull();
  });

  it('invites once, however fast the button is pressed again', async () => {
    const { user, sent } = await open({ 'POST /api/team/invitations': ({ body }) => json({ id: 'i2', ...(body as object) }, 201) });
    await user.click(await screen.findByRole('button', { name: 'Invite' }));
    await user.type(screen.getByLabelText('E-mail'), 'bob@acme.example');
    const button = screen.getByRole('button', { name: 'Send the invitation' });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(await screen.findByText('bob@acme.example is invited.')).toBeVisible();
    expect(sent('POST /api/team/invitations')).toEqual([{ email: 'bob@acme.example', role: 'agent' }]);
  });

  it('invites, mails again and takes back', async () => {
    let invitations = [{ id: 'i1', email: 'eve@acme.example', role: 'agent', inviter: 'Ada', created_at: '', expires_at: '2020-01-01T00:00:00Z' }];
    const { user, heard, sent } = await open({
      'GET /api/team/invitations': () => json({ items: invitations, next: null }),
      'POST /api/team/invitations': ({ body }) => json({ id: 'i2', ...(body as object) }, 201),
      'DELETE /api/team/invitations/i1': () => {
        invitations = [];
        return new Response(null, { status: 204 });
      },
    });
    expect(await screen.findByText('Expired')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Mail eve@acme.example again' }));
    expect(await screen.findByText('Mailed again')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Invite' }));
    await user.type(screen.getByLabelText('E-mail'), 'bob@acme.example');
    await user.selectOptions(screen.getByLabelText('Role'), 'viewer');
    await user.click(screen.getByRole('button', { name: 'Send the invitation' }));
    expect(await screen.findByText('bob@acme.example is invited.')).toBeVisible();
    expect(sent('POST /api/team/invitations')).toEqual([
      { email: 'eve@acme.example', role: 'agent' },
      { email: 'bob@acme.example', role: 'viewer' },
    ]);
    await user.click(screen.getAllByRole('button', { name: 'Close' }).at(-1) as HTMLElement);
    await user.click(screen.getByRole('button', { name: 'Take the invitation of eve@acme.example back' }));
    await waitFor(() => expect(screen.queryByText('eve@acme.example')).toBeNull());
    expect(heard.map(({ route }) => route)).toContain('DELETE /api/team/invitations/i1');
  });

  it('makes a team', async () => {
    const { user, sent } = await open({ 'POST /api/team/teams': () => json({ id: 't1', name: 'Sales', members: ['u2'], created_at: '' }, 201) });
    await user.click(await screen.findByRole('button', { name: 'New team' }));
    await user.type(screen.getByLabelText('Name'), 'Sales');
    await user.click(screen.getByLabelText(/Luis/, { selector: 'input' }));
    await user.click(screen.getByRole('button', { name: 'Create the team' }));
    await waitFor(() => expect(sent('POST /api/team/teams')).toEqual([{ name: 'Sales', members: ['u2'] }]));
  });
});

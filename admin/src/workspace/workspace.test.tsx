import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const member = (id: string, name: string, role: string) => ({ id, name, email: `${name.toLowerCase()}@acme.example`, role, joined_at: '2026-03-01T12:00:00Z' });
const LUIS = member('u2', 'Luis', 'agent');
const ACME = { id: 't1', name: 'Acme', created_at: '2026-03-01T12:00:00Z', time_zone: 'UTC' };

async function open(routes: Parameters<typeof serve>[0] = {}, role = 'owner') {
  const heard = serve({
    ...workspace(role),
    'GET /api/team/members': () => json({ items: [member('u1', 'Ada', role), LUIS], next: null }),
    'GET /api/workspace': () => json(ACME),
    ...routes,
  });
  await openConsole('/app/workspace');
  return { heard, user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('the workspace', () => {
  it('is renamed by its owner', async () => {
    const { user, sent } = await open({ 'PATCH /api/workspace': ({ body }) => json({ ...ACME, ...(body as object) }) });
    const field = await screen.findByLabelText('Its name');
    await user.clear(field);
    await user.type(field, 'Acme Robotics');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('The workspace is renamed.')).toBeVisible();
    expect(sent('PATCH /api/workspace')).toEqual([{ name: 'Acme Robotics' }]);
  });

  it('has a clock of its own, which its owner sets', async () => {
    const { user, sent } = await open({ 'PATCH /api/workspace': ({ body }) => json({ ...ACME, ...(body as object) }) });
    await user.selectOptions(await screen.findByLabelText('Its time zone'), 'Asia/Kuwait');
    await user.click(screen.getByRole('button', { name: 'Save the time zone' }));
    expect(await screen.findByText('The time zone is changed.')).toBeVisible();
    expect(sent('PATCH /api/workspace')).toEqual([{ time_zone: 'Asia/Kuwait' }]);
  });

  it('says why it could not be renamed, and keeps what was written', async () => {
    const { user } = await open({ 'PATCH /api/workspace': () => problem(403, 'forbidden', 'only an owner names the workspace') });
    const field = await screen.findByLabelText('Its name');
    await user.type(field, ' Ltd');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Only an owner names the workspace');
    expect(field).toHaveValue('Acme Ltd');
  });

  it('keeps its last owner', async () => {
    await open();
    expect(await screen.findByRole('button', { name: 'Leave' })).toBeDisabled();
    expect(screen.getByText(/You are its last owner/)).toBeVisible();
  });

  it('offers nothing to others but to leave', async () => {
    await open({}, 'admin');
    expect(await screen.findByText('Acme', { selector: 'p' })).toBeVisible();
    expect(screen.queryByLabelText('Its name')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Hand over' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Leave' })).toBeEnabled();
  });

  it('is handed over, and who did is an admin then', async () => {
    let role = 'owner';
    const { user } = await open({
      'POST /api/auth/refresh': () => workspace(role)['POST /api/auth/refresh'](),
      'POST /api/team/transfer-ownership': () => {
        role = 'admin';
        return json(LUIS);
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Hand over' }));
    await user.selectOptions(screen.getByLabelText('To'), 'u2');
    await user.click(screen.getByRole('button', { name: 'Hand the workspace over' }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Hand over' })).toBeNull());
  });
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { contact } from '../test/contacts';
import { conversation } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import { asLines, patchOf } from './lines';
import { wantedContacts } from './wanted';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('attributes by hand', () => {
  it('are a line each, and what was not changed stays what it was', () => {
    const before = { plan: 'pro', seats: 3, tags: ['a'] };
    expect(asLines(before)).toBe('plan: pro\nseats: 3\ntags: ["a"]');
    expect(patchOf(before, asLines(before))).toEqual(before);
    expect(patchOf(before, 'seats: 4\n\n city : Ulm: old town ')).toEqual({ plan: null, seats: '4', tags: null, city: 'Ulm: old town' });
    for (const wrong of ['plan', 'plan:', ': pro']) expect(patchOf({}, wrong)).toBeUndefined();
  });
});

it('takes of an address what it can', () => {
  expect(wantedContacts({ q: 4711, filter: 'blocked' })).toEqual({ q: '4711', filter: 'blocked' });
  expect(wantedContacts({ q: '', filter: 'odd' })).toEqual({});
});

const ann = contact('ann', { name: 'Ann Nowak', external_id: 'crm-1', verified_at: '2026-03-01T12:00:00Z', vouched: { name: true, email: false }, attributes: { plan: 'pro' } });
const eve = contact('eve', { edited: { name: 'Eve', email: null, attributes: { seats: 3 } } });

async function open(path: string, routes: Parameters<typeof serve>[0] = {}, role = 'admin') {
  const page = (items: unknown[]) => () => json({ items, next: null });
  const heard = serve({
    ...workspace(role),
    'GET /api/contacts': page([ann, eve]),
    'GET /api/contacts/ann': () => json(ann),
    'GET /api/contacts/eve': () => json(eve),
    'GET /api/contacts/ann/conversations': page([conversation('c1', { contact: 'ann' })]),
    'GET /api/contacts/eve/conversations': page([]),
    'GET /api/contacts/ann/notes': page([{ id: 'n1', author: { id: 'u2', name: 'Ben' }, text: 'Calls **Mondays**', at: '2026-03-01T12:00:00Z' }]),
    'GET /api/contacts/eve/notes': page([]),
    ...routes,
  });
  await openConsole(`/app${path}`);
  return { heard, user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('the list', () => {
  it('is searched as one types and narrowed by what the address says', async () => {
    const { user, heard } = await open('/contacts');
    const row = (await screen.findByRole('link', { name: 'Ann Nowak' })).closest('tr') as HTMLElement;
    expect(within(row).getByLabelText('Verified')).toBeVisible();
    await user.keyboard('/crm');
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain('GET /api/contacts?q=crm'));
    await user.click(screen.getByRole('button', { name: 'Blocked' }));
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain('GET /api/contacts?q=crm&filter=blocked'));
    expect(location.search).toBe('?q=crm&filter=blocked');
    expect(screen.getByRole('button', { name: 'Blocked' })).toHaveAttribute('aria-pressed', 'true');
  });

  it('leads on where there is nobody', async () => {
    await open('/contacts', { 'GET /api/contacts': () => json({ items: [], next: null }) });
    expect(await screen.findByRole('link', { name: 'Tell the chat who is logged in' })).toHaveAttribute('href', '/app/spaces/acme/install');
  });
});

describe('a contact', () => {
  it('is blocked for a reason, and let in again', async () => {
    const blocked = { ...eve, blocked_at: '2026-03-02T12:00:00Z', blocked_reason: 'spam' };
    const { user, sent } = await open('/contacts/eve', {
      'POST /api/contacts/eve/block': () => json(blocked),
      'POST /api/contacts/eve/unblock': () => json(eve),
    });
    await user.click(await screen.findByRole('button', { name: 'Block' }));
    const dialog = screen.getByRole('dialog');
    expect(dialog).toHaveTextContent('comes back as somebody new');
    expect(within(dialog).getByRole('button', { name: 'Block the contact' })).toBeDisabled();
    await user.type(within(dialog).getByLabelText('Reason'), 'spam');
    await user.click(within(dialog).getByRole('button', { name: 'Block the contact' }));
    expect(await screen.findByText(/^Blocked since/)).toHaveTextContent('spam');
    expect(sent('POST /api/contacts/eve/block')).toEqual([{ reason: 'spam' }]);
    await user.click(screen.getByRole('button', { name: 'Unblock' }));
    expect(await screen.findByRole('button', { name: 'Block' })).toBeVisible();
  });

  it('is changed where the site says nothing', async () => {
    const { user, sent } = await open('/contacts/ann', { 'PATCH /api/contacts/ann': () => problem(409, 'conflict', 'the host site vouches for the attribute plan: change it there') });
    const known = (await screen.findByRole('heading', { name: 'Attributes' })).closest('section') as HTMLElement;
    await user.click(within(known).getByRole('button', { name: 'Change' }));
    expect(screen.getByLabelText('Name')).toBeDisabled();
    await user.type(screen.getByLabelText('Attributes'), 'plan: free');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('The host site vouches for the attribute plan: change it there.');
    expect(sent('PATCH /api/contacts/ann')).toEqual([{ email: 'ann@x.example', attributes: { plan: 'free' } }]);
  });

  it('is noted of, and merged into whom the site vouches for', async () => {
    const { user, sent } = await open('/contacts/eve', {
      'POST /api/contacts/eve/notes': () => json({ id: 'n2' }, 201),
      'POST /api/contacts/eve/merge': () => json(ann),
    });
    await user.type(await screen.findByLabelText('New note'), 'Likes tea');
    await user.click(screen.getByRole('button', { name: 'Add the note' }));
    await waitFor(() => expect(screen.getByLabelText('New note')).toHaveValue(''));
    expect(sent('POST /api/contacts/eve/notes')).toEqual([{ text: 'Likes tea' }]);
    await user.click(screen.getByRole('button', { name: 'Merge' }));
    const dialog = screen.getByRole('dialog');
    await user.click(await within(dialog).findByRole('button', { name: /Ann Nowak/ }));
    expect(within(dialog).getByRole('region', { name: 'Ann Nowak' })).toHaveTextContent('Stays');
    expect(within(dialog).getByText('Ann Nowak stays, because your site vouches for them.')).toBeVisible();
    await user.click(within(dialog).getByRole('button', { name: 'Merge the contacts' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Ann Nowak' })).toBeVisible();
    expect(sent('POST /api/contacts/eve/merge')).toEqual([{ into: 'ann' }]);
    expect(await screen.findByText('Mondays')).toBeVisible();
    expect(screen.getByRole('link', { name: /last of c1/ })).toHaveAttribute('href', '/app/inbox/c1');
  });

  it('that was merged leads to the other', async () => {
    await open('/contacts/old', { 'GET /api/contacts/old': () => json(ann) });
    expect(await screen.findByRole('heading', { level: 1, name: 'Ann Nowak' })).toBeVisible();
    expect(location.pathname).toBe('/app/contacts/ann');
  });

  it('is only read by a viewer', async () => {
    await open('/contacts/ann', {}, 'viewer');
    expect(await screen.findByText('Mondays')).toBeVisible();
    for (const name of ['Block', 'Merge', 'Change', 'Add the note', /Delete/]) expect(screen.queryByRole('button', { name })).toBeNull();
  });
});

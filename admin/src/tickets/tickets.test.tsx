import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import { ticket, ticketEvent } from '../test/tickets';
import { told } from './told';
import { queryOf, wantedTickets } from './wanted';

beforeEach(() => {
  vi.spyOn(window, 'scrollTo').mockReturnValue();
  // A list draws what is in view, and here nothing has a size.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(800);
});

it('takes of an address what it can, and asks the server for it', () => {
  expect(wantedTickets({ list: 'mine', q: 4711, priority: 'urgent', sort: 'loud', team: 'none' })).toEqual({ list: 'mine', q: '4711', priority: 'urgent', team: 'none' });
  expect(wantedTickets({ list: 'toString', priority: 'odd' })).toEqual({});
  expect(queryOf({ list: 'unassigned', tag: 'late' }).toString()).toBe('status=open%2Cpending&assignee=nobody&tag=late');
  expect(queryOf({}).toString()).toBe('status=open%2Cpending');
});

it('tells what happened in words', () => {
  const names = new Map([['team-1', 'Sales']]);
  const say = (kind: Parameters<typeof ticketEvent>[2], body: Record<string, unknown>) => told(ticketEvent(1, 1, kind, body), names);
  expect(say('created', { via: 'handoff' })).toBe('created the ticket when the conversation was handed over');
  expect(say('changed', { status: { from: 'open', to: 'pending' }, team: { from: null, to: 'team-1' } })).toBe('changed the status from open to pending, changed the team from none to Sales');
  expect(say('changed', { first_responded_at: { from: null, to: 'x' } })).toBe('answered for the first time');
  expect(say('changed', { category_by: { from: 'classifier', to: 'person' } })).toBe('confirmed the category');
  expect(say('changed', { category_by: { from: null, to: 'person' } })).toBe('said that it is of no category');
  expect(say('changed', { contact: { from: 'k1', to: 'k2' } })).toBe('made it the ticket of a merged contact');
  expect(say('merged', { number: 2, subject: 'Hums' })).toBe('merged #2 “Hums” into this ticket');
  expect(say('linked', { conversation: 'c1' })).toBe('linked a conversation');
});

async function open(path: string, routes: Parameters<typeof serve>[0] = {}, role = 'agent') {
  const page = (items: unknown[]) => () => json({ items, next: null });
  const heard = serve({
    ...workspace(role),
    'GET /api/team/members': page([
      { id: 'u1', name: 'Ada', email: 'ada@x.example', role: 'owner', joined_at: '2026-03-01T12:00:00Z' },
      { id: 'u9', name: 'Vic Viewer', email: 'vic@x.example', role: 'viewer', joined_at: '2026-03-01T12:00:00Z' },
    ]),
    'GET /api/team/teams': page([]),
    'GET /api/tickets': page([ticket(2), ticket(1, { priority: 'urgent', assignee: { id: 'u1', name: 'Ada' } })]),
    'GET /api/tickets/2': () => json(ticket(2, { version: 4 })),
    'GET /api/tickets/2/events': page([ticketEvent(2, 2, 'note', { text: 'Asked the warehouse' }), ticketEvent(2, 1, 'created', { via: 'agent' })]),
    ...routes,
  });
  await openConsole(`/app${path}`);
  return { heard, user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('saved views', () => {
  const KEPT = 'parlance.ticket-views.t1.u1';
  beforeEach(() => localStorage.clear());

  it('are what the address says, under a name, and apart from those of the inbox', async () => {
    localStorage.setItem('parlance.views.t1.u1', JSON.stringify([{ name: 'Of the inbox', search: {} }]));
    const { user } = await open('/tickets?list=mine&priority=urgent');
    await user.click(await screen.findByRole('button', { name: 'Saved views' }));
    expect(screen.queryByText('Of the inbox')).toBeNull();
    await user.click(await screen.findByRole('menuitem', { name: 'Save this view' }));
    const name = await screen.findByLabelText('Name');
    await user.type(name, 'Mine{Enter}');
    expect(name).toHaveAccessibleDescription('There is already a view called Mine.');
    await user.clear(name);
    await user.type(name, 'Mine, urgent{Enter}');
    expect(JSON.parse(localStorage.getItem(KEPT) ?? '')).toEqual([{ name: 'Mine, urgent', search: { list: 'mine', priority: 'urgent' } }]);
    await user.click(screen.getByRole('button', { name: 'All' }));
    await waitFor(() => expect(location.search).toBe('?priority=urgent&list=all'));
    await user.click(screen.getByRole('button', { name: 'Saved views' }));
    await user.click(await screen.findByRole('menuitemradio', { name: 'Mine, urgent' }));
    await waitFor(() => expect(location.search).toBe('?list=mine&priority=urgent'));
    expect(await screen.findByRole('button', { name: 'Mine, urgent' })).toBeVisible();
  });
});

describe('the list', () => {
  it('shows a line each and is narrowed by what the address says', async () => {
    const { user, heard } = await open('/tickets');
    const row = (await screen.findByRole('link', { name: 'Subject of 1' })).closest('li') as HTMLElement;
    expect(within(row).getByText('Urgent')).toBeInTheDocument();
    await user.keyboard('j');
    expect(screen.getByRole('link', { name: 'Subject of 2' })).toHaveFocus();
    await user.keyboard('j');
    expect(screen.getByRole('link', { name: 'Subject of 1' })).toHaveFocus();
    await user.click(screen.getByRole('button', { name: 'Mine' }));
    await waitFor(() => expect(heard.map(({ route }) => route)).toContain('GET /api/tickets?status=open%2Cpending&assignee=me'));
    expect(location.search).toBe('?list=mine');
  });

  it('that is empty says so, and what to do', async () => {
    await open('/tickets?list=all', { 'GET /api/tickets': () => json({ items: [], next: null }) });
    expect(await screen.findByRole('heading', { name: 'No tickets yet' })).toBeVisible();
  });

  it('makes a ticket once, and leads to it', async () => {
    const { user, sent } = await open('/tickets', { 'POST /api/tickets': () => json(ticket(2), 201) });
    await user.click(await screen.findByRole('button', { name: 'New ticket' }));
    await user.type(screen.getByLabelText('Subject'), 'It hums');
    await user.click(screen.getByRole('radio', { name: 'High' }));
    await user.click(screen.getByRole('button', { name: 'Create the ticket' }));
    expect(await screen.findByRole('heading', { name: 'Subject of 2' })).toBeVisible();
    expect(sent('POST /api/tickets')).toEqual([expect.objectContaining({ subject: 'It hums', priority: 'high', space: 's1', client_id: expect.any(String) as string })]);
  });
});

it('leaves the priority of a new ticket to routing unless it is chosen', async () => {
  const { user, sent } = await open('/tickets', { 'POST /api/tickets': () => json(ticket(2), 201) });
  await user.click(await screen.findByRole('button', { name: 'New ticket' }));
  await user.type(screen.getByLabelText('Subject'), 'It hums');
  await user.click(screen.getByRole('button', { name: 'Create the ticket' }));
  await screen.findByRole('heading', { name: 'Subject of 2' });
  expect(sent('POST /api/tickets')[0]).not.toHaveProperty('priority');
});

describe('a ticket', () => {
  it('shows what happened, and is changed for the version that is shown', async () => {
    const { user, sent } = await open('/tickets/2', { 'PATCH /api/tickets/2': () => json(ticket(2, { status: 'pending', version: 5 })) });
    expect(await screen.findByText('Asked the warehouse')).toBeVisible();
    await user.selectOptions(screen.getByLabelText('Status'), 'Pending');
    expect(sent('PATCH /api/tickets/2')).toEqual([{ version: 4, status: 'pending' }]);
    await waitFor(() => expect(screen.getByLabelText('Status')).toHaveValue('pending'));
    expect(within(screen.getByLabelText('Assignee')).queryByText('Vic Viewer')).toBeNull();
    await user.selectOptions(screen.getByLabelText('Assignee'), 'Ada');
    expect(sent('PATCH /api/tickets/2').at(-1)).toEqual({ version: 5, assignee: 'u1' });
  });

  it('is read again where somebody else was first', async () => {
    let version = 4;
    const { user } = await open('/tickets/2', {
      'GET /api/tickets/2': () => json(ticket(2, { version, subject: `Version ${version}` })),
      'PATCH /api/tickets/2': () => {
        version = 5;
        return problem(412, 'version_changed', 'the ticket is at version 5 by now');
      },
    });
    await screen.findByRole('heading', { name: 'Version 4' });
    await user.selectOptions(screen.getByLabelText('Status'), 'Closed');
    expect(await screen.findByRole('heading', { name: 'Version 5' })).toBeVisible();
    expect(screen.getByText('The ticket is at version 5 by now.')).toBeVisible();
  });

  it('that was merged leads to its survivor', async () => {
    await open('/tickets/1', { 'GET /api/tickets/1': () => json(ticket(2)) });
    expect(await screen.findByRole('heading', { name: 'Subject of 2' })).toBeVisible();
    expect(location.pathname).toBe('/app/tickets/2');
  });

  it('is only read by a viewer', async () => {
    await open('/tickets/2', {}, 'viewer');
    await screen.findByText('Asked the warehouse');
    expect(screen.getByLabelText('Status')).toBeDisabled();
    expect(screen.queryByRole('button', { name: 'Add the note' })).toBeNull();
  });
});

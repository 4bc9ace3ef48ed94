import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CannedReply } from '../canned/api';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { canned, workspace } from '../test/spaces';
import { setUndoSeconds } from './undo';

beforeEach(() => {
  localStorage.clear();
  setUndoSeconds(0);
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});

const REPLIES = [
  canned('bye', { text: 'Bye {{visitor.name|you}}, {{agent.name}}', act: 'resolve' }),
  canned('later', { act: 'snooze', snooze_minutes: 60 }),
  canned('elsewhere', { space: 's2' }),
];

async function open(replies: CannedReply[] = REPLIES, routes: Parameters<typeof serve>[0] = {}) {
  const one = conversation('c1', { name: 'Mia' });
  const heard = serve({
    ...workspace('agent'),
    'GET /api/conversations': () => json({ items: [one, conversation('c2')], next: null }),
    'GET /api/conversations/c1': () => json(one),
    'GET /api/conversations/c1/events': () => json({ items: [message(1), message(2)], next: null }),
    'GET /api/conversations/c2': () => json(conversation('c2')),
    'GET /api/conversations/c2/events': () => json({ items: [], next: null }),
    'POST /api/conversations/c1/resolve': () => json({ ...one, status: 'resolved' }),
    'POST /api/conversations/c1/snooze': () => json({ ...one, status: 'snoozed' }),
    'GET /api/canned-replies': () => json({ items: replies, next: null }),
    ...routes,
  });
  await openConsole('/app/inbox/c1');
  const user = userEvent.setup();
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Reply to the visitor');
  await waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  FakeSocket.last.greets();
  await waitFor(() => expect(FakeSocket.last.sent.some(({ type }) => type === 'watch')).toBe(true));
  await waitFor(() => expect(heard.some(({ route }) => route === 'GET /api/canned-replies')).toBe(true));
  const said = () => FakeSocket.last.sent.filter(({ type }) => type === 'say');
  const posted = () => heard.filter(({ route }) => route.startsWith('POST /api/conversations/'));
  return { user, field, said, posted };
}

describe('what is typed in two tabs', () => {
  const elsewhere = (oldValue: string, newValue: string) =>
    act(() => void dispatchEvent(new StorageEvent('storage', { key: 'parlance.typed.u1.c1.say', oldValue, newValue })));

  it('goes on in both, unless each has something of its own', async () => {
    const { user, field } = await open();
    await user.type(field, 'Hello');
    elsewhere('Hello', 'Hello there');
    expect(field).toHaveValue('Hello there');
    await user.type(field, '!');
    elsewhere('Hello there', 'Something else');
    expect(field).toHaveValue('Hello there!');
  });
});

describe('canned replies where one answers', () => {
  it('are offered behind a slash, chosen by key, and filled in at the caret', async () => {
    const { user, field, said } = await open();
    await user.type(field, 'Hi! /');
    expect(await screen.findAllByRole('option')).toHaveLength(2);
    expect(field).toHaveAttribute('role', 'combobox');
    expect(document.getElementById(field.getAttribute('aria-activedescendant') ?? '')).toHaveTextContent('/bye');
    await user.keyboard('{ArrowDown}');
    expect(screen.getByRole('option', { selected: true })).toHaveTextContent('/later');
    await user.keyboard('{ArrowDown}{Enter}');
    expect(field).toHaveValue('Hi! Bye Mia, Ada Keller');
    expect(field.selectionStart).toBe(field.value.length);
    expect(screen.queryByRole('listbox')).toBeNull();
    expect(said()).toEqual([]);
  });

  it('go away with Escape and do not keep a line from being sent', async () => {
    const { user, field, said } = await open();
    await user.type(field, '/b');
    await screen.findByRole('listbox');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    expect(field).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(said()).toMatchObject([{ text: '/b' }]);
  });

  it('say what they will do, and do it once the server has the message', async () => {
    const { user, field, said, posted } = await open();
    await user.type(field, '/bye{Tab}');
    expect(screen.getByText('resolve the conversation')).toBeVisible();
    await user.keyboard('{Enter}');
    const [one] = said();
    expect(one).toMatchObject({ text: 'Bye Mia, Ada Keller' });
    expect(posted()).toEqual([]);
    FakeSocket.last.says({ type: 'ack', conversation: 'c1', client_id: one?.client_id, seq: 3 });
    await waitFor(() => expect(posted().map(({ route }) => route)).toEqual(['POST /api/conversations/c1/resolve']));
    FakeSocket.last.says({ ...message(3, { client_id: `${one?.client_id}` }), conversation: 'c1' });
    expect(posted()).toHaveLength(1);
  });

  it('do it also where one has gone on to the next conversation', async () => {
    const { user, field, said, posted } = await open();
    await user.type(field, '/later{Enter}{Enter}{Escape}j');
    await waitFor(() => expect(location.pathname).toBe('/app/inbox/c2'));
    FakeSocket.last.says({ type: 'ack', conversation: 'c1', client_id: said()[0]?.client_id, seq: 3 });
    await waitFor(() => expect(posted().map(({ route }) => route)).toEqual(['POST /api/conversations/c1/snooze']));
  });

  it('do nothing where the message is refused and discarded, or one only wants to send', async () => {
    const { user, field, said, posted } = await open();
    await user.type(field, '/bye{Enter}{Enter}');
    const [one] = said();
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: one?.client_id, code: 'stale', detail: 'somebody answered', events: [] });
    await user.click(await screen.findByRole('button', { name: 'Discard' }));
    await user.type(field, '/bye{Enter}');
    await user.click(screen.getByRole('button', { name: 'Only send' }));
    await user.type(field, '{Enter}');
    for (const { client_id } of said()) FakeSocket.last.says({ type: 'ack', conversation: 'c1', client_id, seq: 3 });
    expect(said()).toHaveLength(2);
    expect(posted()).toEqual([]);
  });

  it('say that what was to follow was not done', async () => {
    const refused = () => problem(409, 'held', 'Luis answers here');
    const { user, field, said } = await open(REPLIES, { 'POST /api/conversations/c1/resolve': refused });
    await user.type(field, '/bye{Enter}{Enter}');
    FakeSocket.last.says({ type: 'ack', conversation: 'c1', client_id: said()[0]?.client_id, seq: 3 });
    expect(await screen.findByText(/what was to follow was not done. Luis answers here/)).toBeVisible();
  });

  it('are written first where there is none', async () => {
    const { user, field } = await open([]);
    await user.type(field, '/');
    expect(await screen.findByRole('link', { name: 'Write the first one' })).toHaveAttribute('href', '/app/canned-replies');
  });
});

describe('a reply', () => {
  const isWaiting = () => screen.findByRole('button', { name: 'Undo' });

  it('can be taken back into the field for a while, with what it was to do', async () => {
    setUndoSeconds(10);
    const { user, field, said, posted } = await open();
    await user.type(field, '/bye{Tab}{Enter}');
    await user.click(await isWaiting());
    expect(field).toHaveValue('Bye Mia, Ada Keller');
    expect(field).toHaveFocus();
    expect(screen.getByText('resolve the conversation')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
    expect([...said(), ...posted()]).toEqual([]);
  });

  it('is taken back by key, in front of what was begun since', async () => {
    setUndoSeconds(10);
    const { user, field, said } = await open();
    await user.type(field, 'One{Enter}');
    await isWaiting();
    await user.keyboard('{Control>}z{/Control}');
    expect(field).toHaveValue('One');
    await user.type(field, '{Enter}Two');
    await user.click(await isWaiting());
    expect(field).toHaveValue('One\n\nTwo');
    expect(said()).toEqual([]);
  });

  it('is taken back as a reply where a note was begun, which stays a note', async () => {
    setUndoSeconds(10);
    const { user, field } = await open();
    await user.type(field, 'One{Enter}');
    await user.click(screen.getByRole('tab', { name: 'Note' }));
    await user.type(screen.getByLabelText('Note for the team'), 'For us');
    await user.click(await isWaiting());
    expect(screen.getByLabelText('Reply to the visitor')).toHaveValue('One');
    await user.click(screen.getByRole('tab', { name: 'Note' }));
    expect(screen.getByLabelText('Note for the team')).toHaveValue('For us');
  });

  it('goes out when the next is sent, and a note goes at once', async () => {
    setUndoSeconds(10);
    const { user, field, said } = await open();
    await user.type(field, 'One{Enter}Two{Enter}');
    expect(said()).toMatchObject([{ text: 'One' }]);
    await user.click(screen.getByRole('tab', { name: 'Note' }));
    await user.type(screen.getByLabelText('Note for the team'), 'For us{Enter}');
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'say' || type === 'note')).toMatchObject([{ text: 'One' }, { text: 'Two' }, { text: 'For us' }]);
  });

  it('goes out where one goes on to another conversation', async () => {
    setUndoSeconds(10);
    const { user, field, said } = await open();
    await user.type(field, 'One{Enter}{Escape}j');
    await waitFor(() => expect(location.pathname).toBe('/app/inbox/c2'));
    await waitFor(() => expect(said()).toMatchObject([{ conversation: 'c1', text: 'One' }]));
  });

  it('that was refused can be edited', async () => {
    const { user, field, said } = await open();
    await user.type(field, 'One{Enter}');
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: said()[0]?.client_id, code: 'stale', detail: 'somebody answered', events: [] });
    await user.click(await screen.findByRole('button', { name: 'Edit' }));
    expect(field).toHaveValue('One');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('goes out before what is done next, which comes behind it', async () => {
    setUndoSeconds(10);
    const take = { 'POST /api/conversations/c1/take': () => json(conversation('c1', { name: 'Mia', status: 'human', assignee: { id: 'u1', name: 'Ada' } })) };
    const { user, field, said, posted } = await open(REPLIES, take);
    await user.type(field, 'One{Enter}');
    await user.click(screen.getByRole('button', { name: 'Take over' }));
    expect(said()).toMatchObject([{ text: 'One' }]);
    expect(posted()).toEqual([]);
    FakeSocket.last.says({ type: 'ack', conversation: 'c1', client_id: said()[0]?.client_id, seq: 3 });
    await waitFor(() => expect(posted().map(({ route }) => route)).toEqual(['POST /api/conversations/c1/take']));
  });

  it('that is refused keeps that from being done, and says why', async () => {
    setUndoSeconds(10);
    const { user, field, said, posted } = await open();
    await user.type(field, 'One{Enter}');
    await user.click(screen.getByRole('button', { name: 'Take over' }));
    FakeSocket.last.says({ type: 'error', conversation: 'c1', client_id: said()[0]?.client_id, code: 'stale', detail: 'somebody answered', events: [] });
    expect(await screen.findByText('Your message was not sent: somebody answered.')).toBeVisible();
    expect(posted()).toEqual([]);
  });
});

describe('what is typed', () => {
  const tab = (name: string) => screen.getByRole('tab', { name });
  const typedAs = (kind: string, agent = 'u1') => `parlance.typed.${agent}.c1.${kind}`;

  it('is a text of its own for the visitor and for the team, and outlives the page', async () => {
    const first = await open();
    await first.user.type(first.field, 'To you');
    await first.user.click(tab('Note'));
    expect(screen.getByLabelText('Note for the team')).toHaveValue('');
    await first.user.type(screen.getByLabelText('Note for the team'), 'For us');
    await first.user.click(tab('Reply'));
    expect(screen.getByLabelText('Reply to the visitor')).toHaveValue('To you');
    cleanup();
    const { user, field, said } = await open();
    expect(field).toHaveValue('To you');
    await user.click(tab('Note'));
    await user.type(screen.getByLabelText('Note for the team'), '{Enter}{Enter}');
    expect(FakeSocket.last.sent.filter(({ type }) => type === 'note')).toMatchObject([{ text: 'For us' }]);
    expect(said()).toEqual([]);
    await user.click(tab('Reply'));
    expect(screen.getByLabelText('Reply to the visitor')).toHaveValue('To you');
    expect(localStorage.getItem(typedAs('note'))).toBeNull();
  });

  it('is of one agent, and stays where another tab has written on since it was sent', async () => {
    localStorage.setItem(typedAs('say', 'u2'), 'Of another');
    const { user, field } = await open();
    expect(field).toHaveValue('');
    await user.type(field, 'One{Enter}');
    expect(localStorage.getItem(typedAs('say'))).toBeNull();
    await user.type(field, 'Two');
    localStorage.setItem(typedAs('say'), 'Two and more');
    await user.type(field, '{Enter}');
    expect(localStorage.getItem(typedAs('say'))).toBe('Two and more');
    expect(localStorage.getItem(typedAs('say', 'u2'))).toBe('Of another');
  });
});

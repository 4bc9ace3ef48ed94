import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation } from '../test/inbox';
import { openConsole } from '../test/open';
import { granted, json, serve } from '../test/server';
import { FakeSocket } from '../test/socket';
import { setCalls } from './callSettings';

const shown: { title: string; onclick?: () => void }[] = [];
class FakeNotification {
  static permission = 'granted';
  static requestPermission = async () => FakeNotification.permission;
  onclick?: () => void;
  constructor(readonly title: string) {
    shown.push(this);
  }
  close() {}
}

const waiting = conversation('c1', { status: 'waiting', name: 'Mara', waiting_since: '2026-03-01T12:00:00Z' });
const comes = (of = waiting) => act(async () => FakeSocket.last.says({ type: 'inbox.upsert', conversation: of }));

async function open(path = '/inbox') {
  serve({
    'POST /api/auth/refresh': () => json(granted('t1')),
    'GET /api/chat-spaces': () => json({ items: [], next: null }),
    'GET /api/conversations': () => json({ items: [], next: null }),
    'GET /api/conversations/c1': () => json(waiting),
    'GET /api/conversations/c1/events': () => json({ items: [], next: null }),
  });
  await openConsole(`/app${path}`);
  await waitFor(() => expect(FakeSocket.all).not.toHaveLength(0));
  act(() => FakeSocket.last.greets());
}
const looks = (state: DocumentVisibilityState) => vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);

beforeEach(() => {
  shown.length = 0;
  FakeNotification.permission = 'granted';
  vi.stubGlobal('Notification', FakeNotification);
  vi.spyOn(window, 'scrollTo').mockReturnValue();
  setCalls({ desktop: true, sound: false, away: null });
});

describe('being called to the desk', () => {
  it('says in the tab how many wait', async () => {
    document.head.innerHTML = '<link rel="icon" href="/app/icon.svg">';
    await open();
    await comes();
    await waitFor(() => expect(document.title).toMatch(/^\(1\) /));
    expect(document.querySelector('link[rel=icon]')).toHaveAttribute('href', expect.stringContaining('icon-waiting.svg'));
  });

  it('notifies out of view, and a click opens the conversation', async () => {
    looks('hidden');
    await open();
    await comes();
    await waitFor(() => expect(shown.map(({ title }) => title)).toEqual(['Mara waits for a person']));
    await comes({ ...waiting, seq: 3 });
    expect(shown).toHaveLength(1);
    act(() => shown[0]?.onclick?.());
    await waitFor(() => expect(location.pathname).toBe('/app/inbox/c1'));
  });

  it('notifies the agent to whom a conversation is assigned', async () => {
    looks('hidden');
    await open();
    await comes({ ...waiting, status: 'human', reason: 'assigned', assignee: { id: 'u1', name: 'Ada' }, updated_at: '2026-03-01T12:01:00Z' });
    await waitFor(() => expect(shown.map(({ title }) => title)).toEqual(['Mara was assigned to you']));
    await waitFor(() => expect(document.title).toMatch(/^\(1\) /));
  });

  it.each([
    ['in view', () => looks('visible')],
    ['that is not switched on', () => (looks('hidden'), setCalls({ desktop: false }))],
    ['of who is away', () => (looks('hidden'), setCalls({ away: 'u1' }))],
  ])('shows nothing on a console %s', async (_, given) => {
    given();
    await open();
    await comes();
    await waitFor(() => expect(document.title).toMatch(/^\(1\) /));
    expect(shown).toEqual([]);
  });

  it('tells the others that one is away, again after a reconnect', async () => {
    await open();
    const user = userEvent.setup();
    const [menu] = screen.getAllByRole('button', { name: /^Your account/ });
    await user.click(menu as HTMLElement);
    await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Away' }));
    expect(FakeSocket.last.sent).toContainEqual({ type: 'away', on: true });
    await user.click(screen.getByRole('menuitemcheckbox', { name: 'Away' }));
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: 'away', on: false });
  });

  it('says where the browser allows no notifications', async () => {
    setCalls({ desktop: false });
    FakeNotification.permission = 'denied';
    await open('/account');
    await userEvent.setup().click(await screen.findByRole('switch', { name: 'Desktop notifications' }));
    expect(await screen.findByText(/browser blocks notifications/)).toBeVisible();
    expect(screen.getByRole('switch', { name: 'Desktop notifications' })).not.toBeChecked();
  });
});

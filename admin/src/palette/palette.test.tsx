import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SHORTCUTS } from '../app/keys';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';
import { best, score } from './match';

beforeEach(() => {
  localStorage.clear();
  delete document.documentElement.dataset.theme;
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});

describe('a command', () => {
  it.each(['dark', 'theme da', 'DK', 'ark', ''])('is found by %j', (typed) => expect(score('Dark theme', typed)).toBeGreaterThan(0));
  it.each(['dx', 'dark light', 'ke'])('is not found by %j', (typed) => expect(score('Dark theme', typed)).toBe(0));
  it('comes before those that fit less', () => {
    const all = ['Insettings', 'Acme: Settings', 'Stings', 'set'].map((label) => ({ label }));
    expect(best(all, 'set').map(({ label }) => label)).toEqual(['set', 'Acme: Settings', 'Insettings']);
  });
});

async function open(path: string, routes: Parameters<typeof serve>[0] = {}) {
  const ids = ['c1', 'c2', 'c3'];
  const of = (id: string) => ({
    [`GET /api/conversations/${id}`]: () => json(conversation(id)),
    [`GET /api/conversations/${id}/events`]: () => json({ items: [message(1, { text: `said in ${id}` })], next: null }),
  });
  const heard = serve({
    ...workspace(),
    'GET /api/conversations': () => json({ items: ids.map((id) => conversation(id)), next: null }),
    'GET /api/canned-replies': () => json({ items: [], next: null }),
    ...of('c1'),
    ...of('c2'),
    ...of('c3'),
    ...routes,
  });
  await openConsole(`/app${path}`);
  await screen.findByText('Find or do');
  return { heard, user: userEvent.setup() };
}
const at = (path: string) => waitFor(() => expect(location.pathname).toBe(`/app${path}`));

describe('the keyboard', () => {
  it('goes through the inbox, to its ends and no further', async () => {
    const { user } = await open('/inbox');
    await screen.findByRole('navigation', { name: 'Conversations' });
    await user.keyboard('j');
    await at('/inbox/c1');
    await user.keyboard('{ArrowDown}');
    await at('/inbox/c2');
    await user.keyboard('j');
    await at('/inbox/c3');
    await user.keyboard('jk');
    await at('/inbox/c2');
    await user.keyboard('{ArrowUp}k');
    await at('/inbox/c1');
  });

  it('is not listened to while one types', async () => {
    const { user } = await open('/inbox/c2');
    await user.type(await screen.findByLabelText('Reply to the visitor'), 'jk?gi');
    expect(location.pathname).toBe('/app/inbox/c2');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('takes two keys one after the other, and the second not for itself', async () => {
    const { user, heard } = await open('/inbox/c2');
    await screen.findByText('said in c2');
    await user.keyboard('gt');
    expect(heard.some(({ route }) => route.startsWith('POST /api/conversations'))).toBe(false);
    await user.keyboard('gc');
    await at('/canned-replies');
    await user.keyboard('gi');
    await at('/inbox');
  });

  it('has single keys that can be switched off, and the others stay', async () => {
    const { user } = await open('/inbox');
    await screen.findByRole('navigation', { name: 'Conversations' });
    await user.keyboard('?');
    await user.click(await screen.findByRole('switch', { name: 'Single keys', checked: true }));
    await user.click(screen.getByRole('button', { name: 'Close' }));
    await user.keyboard('j');
    expect(location.pathname).toBe('/app/inbox');
    await user.keyboard('{Control>}k{/Control}');
    expect(await screen.findByRole('combobox')).toBeVisible();
  });

  it('is explained, every key of the table', async () => {
    const { user } = await open('/inbox');
    await user.keyboard('?');
    const help = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(within(help).getAllByRole('definition')).toHaveLength(Object.keys(SHORTCUTS).length);
    expect(within(help).getByText('Go to the inbox').nextElementSibling).toHaveTextContent('GI');
  });
});

describe('the palette', () => {
  it('opens while one types, and does what is chosen', async () => {
    const { user } = await open('/inbox/c2');
    await user.type(await screen.findByLabelText('Reply to the visitor'), 'Hi{Control>}k{/Control}');
    const find = await screen.findByRole('combobox', { name: 'Find a page or do something' });
    expect(screen.getAllByRole('option')[0]).toHaveTextContent('Take over');
    await user.type(find, 'aud{Enter}');
    await at('/audit');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it.each([
    ['invite', '/team'],
    ['invoices', '/billing'],
    ['unanswered', '/spaces/acme/knowledge/gaps'],
    ['csat', '/overview/ratings'],
  ])('finds a page by what one wants there: %s', async (typed, path) => {
    const { user } = await open('/inbox');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), `${typed}{Enter}`);
    await at(path);
  });

  it('acts on the open conversation, and stays where that is refused', async () => {
    let refused = true;
    const answer = () => (refused ? problem(409, 'held', 'Luis answers here') : json(conversation('c2', { status: 'resolved' })));
    const { user, heard } = await open('/inbox/c2', { 'POST /api/conversations/c2/resolve': answer });
    await screen.findByText('said in c2');
    await user.click(screen.getByRole('button', { name: /Find or do/ }));
    await user.type(await screen.findByRole('combobox'), 'resolve{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Luis answers here.');
    refused = false;
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(heard.filter(({ route }) => route === 'POST /api/conversations/c2/resolve')).toHaveLength(2);
  });

  it('changes the theme, which the menu of the account knows', async () => {
    const { user } = await open('/inbox');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'dark{Enter}');
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(screen.getAllByRole('button', { name: /^Your account/ })[0] as HTMLElement);
    expect(await screen.findByRole('menuitemradio', { name: 'Dark' })).toBeChecked();
  });

  it('leads to the keys', async () => {
    const { user } = await open('/inbox');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'keyboard{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  });
});

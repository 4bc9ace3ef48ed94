import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, serve, type Heard } from '../test/server';
import { space, workspace } from '../test/spaces';
import { takenName, viewOf, type SavedView } from '../views/views';
import { LIST_PAGE } from './api';
import type { InboxSearch } from './search';

const KEPT = 'parlance.views.t1.u1';
const kept = () => JSON.parse(localStorage.getItem(KEPT) ?? '[]');

beforeEach(() => {
  localStorage.clear();
  vi.spyOn(window, 'scrollTo').mockReturnValue();
});

let heard: Heard[] = [];

async function open(path: string) {
  heard = serve({
    ...workspace(),
    'GET /api/chat-spaces': () => json({ items: [space(), space({ id: 's2', slug: 'shop', name: 'Shop' })], next: null }),
    'GET /api/conversations': () => json({ items: [conversation('c1')], next: null }),
    'GET /api/canned-replies': () => json({ items: [], next: null }),
  });
  await openConsole(`/app${path}`);
  const user = userEvent.setup();
  await screen.findByRole('navigation', { name: 'Conversations' });
  const menu = async () => user.click(screen.getByRole('button', { name: /Choose what is shown/ }));
  const choose = async (item: string) => user.click(await screen.findByRole('menuitem', { name: item }));
  return { user, menu, choose };
}
const at = (path: string) => waitFor(() => expect(location.pathname + location.search).toBe(`/app${path}`));

describe('saved views', () => {
  it('are what the address says, under a name', async () => {
    const { user, menu, choose } = await open('/inbox?view=waiting&space=shop');
    await menu();
    await choose('Save this view');
    await user.type(await screen.findByLabelText('Name'), ' Shop, waiting {Enter}');
    expect(kept()).toEqual([{ name: 'Shop, waiting', search: { view: 'waiting', space: 'shop' } }]);
    expect(await screen.findByRole('button', { name: /^Shop, waiting/ })).toBeVisible();
    await menu();
    expect(screen.queryByRole('menuitem', { name: 'Save this view' })).toBeNull();
    await user.click(await screen.findByRole('menuitemradio', { name: 'All' }));
    await at('/inbox?view=all&space=shop');
    await menu();
    await user.click(await screen.findByRole('menuitemradio', { name: 'Shop, waiting' }));
    await at('/inbox?view=waiting&space=shop');
  });

  it('are narrowed by who has a conversation, and by language', async () => {
    const { user, menu } = await open('/inbox?space=shop');
    const narrow = async (by: RegExp, to: string) => {
      await menu();
      (await screen.findByRole('menuitem', { name: by })).focus();
      await user.keyboard('{ArrowRight}');
      (await screen.findByRole('menuitemradio', { name: to })).focus();
      await user.keyboard('{Enter}');
    };
    await narrow(/^With/, 'Nobody');
    await at('/inbox?space=shop&agent=nobody');
    await narrow(/^Language/, 'German');
    await at('/inbox?space=shop&agent=nobody&language=de');
    expect(await screen.findByText('Shop, with nobody, German')).toBeVisible();
    expect(heard.map(({ route }) => route).filter((route) => route.includes('language'))).toEqual([
      `GET /api/conversations?limit=${LIST_PAGE}&sort=urgency&status=bot%2Cwaiting%2Chuman&assignee=nobody&language=de&space=s2`,
    ]);
  });

  it('have a name each, which no part of the inbox has', async () => {
    localStorage.setItem(KEPT, JSON.stringify([{ name: 'Shop', search: { space: 'shop' } }]));
    const { user, menu, choose } = await open('/inbox?view=all');
    await menu();
    await choose('Save this view');
    const name = await screen.findByLabelText('Name');
    for (const given of ['shop', 'Waiting']) {
      await user.clear(name);
      await user.type(name, `${given}{Enter}`);
      expect(name).toHaveAccessibleDescription(`There is already a view called ${given}.`);
    }
    expect(kept()).toHaveLength(1);
  });

  it('are renamed and deleted', async () => {
    localStorage.setItem(KEPT, JSON.stringify([{ name: 'One', search: {} }, { name: 'Two', search: { view: 'mine' } }]));
    const { user, menu, choose } = await open('/inbox?view=all');
    await menu();
    await choose('Edit saved views');
    const name = await screen.findByLabelText('Name of Two');
    await user.clear(name);
    await user.type(name, 'One');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByRole('alert')).toHaveTextContent('There is already a view called One.');
    await user.click(screen.getByRole('button', { name: 'Delete One' }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(kept()).toEqual([{ name: 'One', search: { view: 'mine' } }]);
  });

  it('are found in the palette', async () => {
    localStorage.setItem(KEPT, JSON.stringify([{ name: 'Of the shop', search: { view: 'mine', space: 'shop' } }]));
    const { user } = await open('/inbox');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'of the shop{Enter}');
    await at('/inbox?view=mine&space=shop');
  });

  it('of somebody else, or with what makes no sense, are not shown', async () => {
    localStorage.setItem('parlance.views.t1.u2', JSON.stringify([{ name: 'Theirs', search: {} }]));
    localStorage.setItem(KEPT, JSON.stringify([null, 3, { name: 'No filter' }, { name: 'Odd', search: { view: 'gone', space: 'shop' } }]));
    const { menu } = await open('/inbox');
    await menu();
    const all = within(screen.getByRole('menu')).getAllByRole('menuitemradio').map(({ textContent }) => textContent);
    expect(all).toContain('Odd');
    expect(all).not.toContain('Theirs');
    expect(all).not.toContain('No filter');
  });

  it('are the same in whichever order the address says it', () => {
    const view: SavedView<InboxSearch> = { name: 'a', search: { view: 'mine', space: 'shop' } };
    expect(viewOf([view], { space: 'shop', view: 'mine' })).toBe(view);
    expect(viewOf([view], { view: 'mine' })).toBeUndefined();
    expect(takenName(['a', 'b', 'A'], [])).toBe('A');
    expect(takenName(['a', 'b'], [])).toBeUndefined();
  });
});

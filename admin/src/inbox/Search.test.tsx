import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

async function open(path: string, search: () => Response) {
  const one = conversation('c1', { name: 'Mia' });
  const heard = serve({
    ...workspace('agent'),
    'GET /api/conversations': () => json({ items: [one], next: null }),
    'GET /api/conversations/c1': () => json(one),
    'GET /api/conversations/c1/events': () => json({ items: [message(1)], next: null }),
    'GET /api/conversations/search': search,
    'GET /api/canned-replies': () => json({ items: [], next: null }),
  });
  await openConsole(`/app${path}`);
  return { user: userEvent.setup({ delay: null }), heard };
}

describe('searching conversations', () => {
  it('takes what is typed right behind its key, and the open conversation does not', async () => {
    const { user, heard } = await open('/inbox/c1', () => json({ items: [{ conversation: conversation('c2', { name: 'Noor' }), message: message(1, { text: 'ethernet' }) }], next: null }));
    await screen.findByRole('button', { name: 'Take over' });
    await user.keyboard('/et');
    expect(screen.getByRole('textbox', { name: 'Search conversations' })).toHaveValue('et');
    expect(await screen.findByRole('link', { name: /Noor/ })).toBeVisible();
    expect(heard.filter(({ route }) => route.startsWith('POST /api/conversations/'))).toEqual([]);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Search conversations' })).toBeNull());
    expect(location.search).toBe('');
  });

  it('takes the place of the open conversation on a narrow screen', async () => {
    vi.spyOn(window, 'matchMedia').mockImplementation((query) => Object.assign(new EventTarget(), { matches: query === '(width < 48rem)', media: query }) as MediaQueryList);
    const { user } = await open('/inbox/c1', () => json({ items: [], next: null }));
    await screen.findByRole('button', { name: 'Take over' });
    await user.keyboard('/et');
    expect(screen.getByRole('textbox', { name: 'Search conversations' })).toHaveFocus();
    await waitFor(() => expect(location.pathname).toBe('/app/inbox'));
  });

  it('says what cannot be searched, without another try', async () => {
    await open('/inbox?q=too+many', () => problem(400, 'invalid_request', 'at most 16 words, please'));
    expect(await screen.findByText('At most 16 words, please.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });
});

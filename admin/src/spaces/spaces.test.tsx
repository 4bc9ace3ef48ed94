import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { check, space, workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('a workspace without spaces', () => {
  const empty = { ...workspace(), 'GET /api/chat-spaces': () => json({ items: [], next: null }) };

  it('leads to the first, with an address made of its name', async () => {
    const heard = serve({
      ...empty,
      'POST /api/chat-spaces': () => json(space({ slug: 'help-and-more', name: 'Help & more', published: false }), 201),
      'GET /api/chat-spaces/s1/checks': () => json({ ready: false, items: [check('documents', 'add a document')] }),
    });
    await openConsole('/app/');
    const user = userEvent.setup();
    await user.click((await screen.findAllByRole('button', { name: 'New space' })).at(-1) as HTMLElement);
    const dialog = within(await screen.findByRole('dialog'));
    await user.type(dialog.getByLabelText('Name'), 'Help & more');
    expect(dialog.getByLabelText('Address')).toHaveValue('help-and-more');
    await user.type(dialog.getByLabelText('Your site'), 'https://shop.example');
    await user.click(dialog.getByRole('button', { name: 'Create the space' }));
    await waitFor(() => expect(location.pathname).toBe('/app/spaces/help-and-more/settings'));
    const body = heard.find(({ route }) => route === 'POST /api/chat-spaces')?.body;
    expect(body).toEqual({ name: 'Help & more', slug: 'help-and-more', allowed_origins: ['https://shop.example'] });
  });

  it('says at the address that it is taken, and keeps what was typed', async () => {
    const errors = [{ field: 'slug', detail: 'another space has this address: choose another' }];
    serve({ ...empty, 'POST /api/chat-spaces': () => json({ status: 409, code: 'conflict', detail: 'slug: taken', errors }, 409) });
    await openConsole('/app/');
    const user = userEvent.setup();
    await user.click((await screen.findAllByRole('button', { name: 'New space' })).at(-1) as HTMLElement);
    await user.type(await screen.findByLabelText('Name'), 'Acme{Enter}');
    await waitFor(() => expect(screen.getByLabelText('Address')).toHaveAccessibleDescription('Another space has this address: choose another'));
    expect(screen.getByLabelText('Name')).toHaveValue('Acme');
  });

  it('offers none to who may not', async () => {
    serve({ ...empty, ...{ 'POST /api/auth/refresh': workspace('agent')['POST /api/auth/refresh'] } });
    await openConsole('/app/');
    expect(await screen.findByText(/An admin of your workspace can create one/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'New space' })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Audit log' })).toBeNull();
    expect(screen.getByRole('link', { name: 'Team' })).toBeVisible();
  });
});

describe('the install page', () => {
  it('has code for sites made in other ways, and how to say who a user is', async () => {
    serve({
      ...workspace(),
      'GET /api/chat-spaces/s1/identity-keys': () => json({ items: [{ kid: 'k1', algorithm: 'HS256', public_key: null, created_at: '', retires_at: null }], next: null }),
      'GET /api/chat-spaces/s1/widget': () => json({ csp: [{ directive: 'frame-src', source: 'https://chat.example' }] }),
    });
    await openConsole('/app/spaces/acme/install');
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText('Tag Manager'));
    expect(screen.getByLabelText('the embed code')).toHaveTextContent("script.dataset.space = 'acme'");
    await user.click(await screen.findByLabelText('Python'));
    expect(screen.getByLabelText('the code for the server')).toHaveTextContent('"kid": "k1"');
    expect(await screen.findByText('frame-src https://chat.example;')).toBeVisible();
  });
});

describe('an archived space', () => {
  it('is brought back', async () => {
    const old = space({ id: 's2', slug: 'old', name: 'Old shop', published: false, archived_at: '2026-03-01T12:00:00Z' });
    serve({
      ...workspace(),
      'GET /api/chat-spaces': ({ route }) => json({ items: route.includes('archived') ? [space(), old] : [space()], next: null }),
      'POST /api/chat-spaces/s2/unarchive': () => json({ ...old, archived_at: null }),
      'GET /api/chat-spaces/s2/documents': () => json({ items: [], next: null }),
    });
    await openConsole('/app/archived');
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: 'Bring back Old shop' }));
    await vi.waitFor(() => expect(location.pathname).toBe('/app/spaces/old/knowledge'));
  });
});

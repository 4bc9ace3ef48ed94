import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation, message } from '../test/inbox';
import { openConsole } from '../test/open';
import { granted, json, problem, serve } from '../test/server';

const space = { id: 's1', slug: 'acme', name: 'Acme Robotics', public_key: 'pk_1', published: true, settings: {}, created_at: '' };
const routes = {
  'POST /api/auth/refresh': () => json(granted('t1')),
  'GET /api/chat-spaces': () => json({ items: [space, { ...space, id: 's2', slug: 'other', name: 'Other' }], next: null }),
  'GET /api/conversations': () => json({ items: [conversation('c1', { status: 'waiting' })], next: null }),
  'GET /api/conversations/c1': () => json(conversation('c1', { status: 'waiting' })),
  'GET /api/conversations/c1/events': () => json({ items: [message(1, { text: 'where is my order?' })], next: null }),
};

async function open(path: string) {
  await openConsole(`/app${path}`);
  return userEvent.setup();
}

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('the console', () => {
  it('leads to the inbox, and from there to a conversation', async () => {
    serve(routes);
    const user = await open('/');
    await user.click(await screen.findByRole('link', { name: /Visitor 00AB.*Waiting/ }));
    expect(await screen.findByRole('log')).toHaveTextContent('where is my order?');
    expect(location.pathname).toBe('/app/inbox/c1');
    await vi.waitFor(() => expect(document.title).toBe('(1) Visitor 00AB · Inbox · Parlance'));
  });

  it('has the overview in the menu of a narrow screen, which says where one is', async () => {
    serve(routes);
    const user = await open('/inbox');
    await user.click(await screen.findByRole('button', { name: /^Inbox Go somewhere else/ }));
    await user.click(await screen.findByRole('menuitem', { name: 'Overview' }));
    expect(await screen.findByRole('button', { name: /^Overview Go somewhere else/ })).toBeVisible();
    expect(location.pathname).toBe('/app/overview');
  });

  it('asks to log in at any address, and stays there', async () => {
    const refused = () => problem(401, 'unauthenticated', 'this session is over, log in again');
    serve({ ...routes, 'POST /api/auth/refresh': refused, 'POST /api/auth/login': () => json(granted('t1')) });
    const user = await open('/inbox/c1');
    await user.type(await screen.findByLabelText('E-mail'), 'admin@acme.example');
    await user.type(screen.getByLabelText('Password'), 'acmedemo1!{Enter}');
    expect(await screen.findByRole('log')).toHaveTextContent('where is my order?');
  });

  it('says that a conversation is not there', async () => {
    serve(routes);
    await open('/inbox/c2');
    expect(await screen.findByText('No such conversation')).toBeVisible();
  });

  it('says that a space is not there', async () => {
    serve(routes);
    await open('/spaces/gone');
    expect(await screen.findByText('No such space')).toBeVisible();
  });

  it('gives the embed code, to copy', async () => {
    serve(routes);
    const user = await open('/spaces/acme/install');
    await user.click(await screen.findByRole('button', { name: 'Copy the embed code' }));
    expect(await navigator.clipboard.readText()).toBe(`<script src="${location.origin}/widget.js" data-space="acme" async></script>`);
    expect(screen.getByText('Copied')).toBeVisible();
    expect(screen.getByRole('link', { name: /demo\/acme/ })).toHaveAttribute('href', '/demo/acme');
  });

  it('tries again when a list did not load', async () => {
    let broken = true;
    serve({ ...routes, 'GET /api/chat-spaces': () => (broken ? problem(403, 'forbidden', 'ask an admin') : routes['GET /api/chat-spaces']()) });
    const user = await open('/');
    expect(await screen.findByRole('alert')).toHaveTextContent('Ask an admin.');
    broken = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: /Visitor 00AB/ })).toBeVisible();
  });
});

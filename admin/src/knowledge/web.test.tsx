import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { document, job, page, source, spaceRoutes } from '../test/knowledge';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';

const outcome = (url: string, given: object = {}) => ({ url, document: null, outcome: 'page', note: null, stale: false, checked_at: '2026-03-01T12:00:00Z', ...given });

async function open(path: string, routes: Parameters<typeof serve>[0] = {}) {
  const heard = serve({
    ...spaceRoutes(),
    'GET /api/chat-spaces/s1/documents': () => page([document('d1')]),
    'GET /api/chat-spaces/s1/sources': () => page([source('help')]),
    'GET /api/sources/help': () => json(source('help')),
    'GET /api/sources/help/pages': () => page([]),
    ...routes,
  });
  await openConsole(`/app/spaces/acme/knowledge${path}`);
  return { heard, user: userEvent.setup() };
}
const sent = (heard: ReturnType<typeof serve>, route: string) => heard.filter((one) => one.route === route).map(({ body }) => body);

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('a website', () => {
  it('is read as far as somebody says, and its page opens', async () => {
    const { heard, user } = await open('/websites', {
      'POST /api/chat-spaces/s1/documents/url': () => json({ source: source('help'), document: null, job: { id: 'j1' } }, 202),
    });
    await user.click(await screen.findByRole('button', { name: 'Add' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Read a website' }));
    await user.type(screen.getByLabelText('Address'), 'https://help.example/');
    await user.selectOptions(screen.getByLabelText('What to read'), 'host');
    await user.type(screen.getByLabelText('Pages at most'), '200');
    await user.type(screen.getByLabelText('Only below this path'), '/faq/');
    await user.selectOptions(screen.getByLabelText('Read again'), '24');
    await user.click(screen.getByRole('button', { name: 'Read the pages' }));
    expect(await screen.findByRole('heading', { name: 'help.example/' })).toBeVisible();
    expect(sent(heard, 'POST /api/chat-spaces/s1/documents/url')).toEqual([{ url: 'https://help.example/', scope: 'host', max_pages: 200, below: '/faq/', every_hours: 24 }]);
  });

  it('that cannot be read is said at its address', async () => {
    const { user } = await open('/websites', {
      'POST /api/chat-spaces/s1/documents/url': () => problem(400, 'invalid_request', 'url: write the whole address of a page'),
    });
    await user.click(await screen.findByRole('button', { name: 'Add' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Read a website' }));
    const address = screen.getByLabelText('Address');
    await user.type(address, 'https://nowhere/{Enter}');
    await vi.waitFor(() => expect(address).toHaveAccessibleDescription('Write the whole address of a page.'));
    expect(address).toHaveValue('https://nowhere/');
  });

  it('is listed with how it ended, and leads to what came of each page', async () => {
    const full = source('help', { ended: 'full' });
    const { user } = await open('/websites', {
      'GET /api/chat-spaces/s1/sources': () => page([full]),
      'GET /api/sources/help': () => json(full),
      'GET /api/sources/help/pages': () =>
        page([
          outcome('https://help.example/a', { document: 'd1' }),
          outcome('https://help.example/b', { outcome: 'skipped', note: 'robots.txt forbids it' }),
          outcome('https://help.example/c', { outcome: 'moved', note: 'https://help.example/d', stale: true }),
        ]),
    });
    await user.click(await screen.findByRole('link', { name: /There is more: the reading stopped at 500 pages/ }));
    const pages = within(await screen.findByRole('region', { name: 'Pages' }));
    expect(pages.getByRole('link', { name: 'https://help.example/a' })).toBeVisible();
    expect(pages.getByText('Robots.txt forbids it.')).toBeVisible();
    expect(pages.getByText('To https://help.example/d')).toBeVisible();
    expect(pages.getByText(/this may be out of date/)).toBeVisible();
  });

  it('is read again, changed and removed', async () => {
    const { heard, user } = await open('/websites/help', {
      'POST /api/sources/help/read': () => json({ source: source('help'), job: { id: 'j1' } }, 202),
      'POST /api/chat-spaces/s1/documents/url': () => json({ source: source('help'), document: null, job: { id: 'j1' } }, 202),
      'DELETE /api/sources/help': () => new Response(null, { status: 204 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Read again now' }));
    await user.click(screen.getByRole('button', { name: 'Change' }));
    await user.selectOptions(screen.getByLabelText('Read again'), '168');
    await user.click(screen.getByRole('button', { name: 'Save and read again' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent(heard, 'POST /api/chat-spaces/s1/documents/url')).toEqual([{ url: 'https://help.example/', scope: 'host', max_pages: 500, max_depth: 5, every_hours: 168 }]);
    await user.click(screen.getByRole('button', { name: 'Remove' }));
    await user.click(screen.getByRole('button', { name: 'Remove the website' }));
    expect(await screen.findByRole('list', { name: 'Websites' })).toBeVisible();
    expect(sent(heard, 'POST /api/sources/help/read')).toHaveLength(1);
  });
});

describe('the jobs', () => {
  it('say what runs, what failed and why, and are called off', async () => {
    const jobs = [job('j1'), job('j2', { state: 'dead', error: 'it took longer than 60 s', attempts: 3, subject: { document: 'd9' } }), job('j3', { space: 's2' })];
    const { heard, user } = await open('/jobs', {
      'GET /api/jobs': () => page(jobs),
      'GET /api/documents/d1': () => json(document('d1')),
      'POST /api/jobs/j1/cancel': () => json(job('j1'), 202),
    });
    expect(await screen.findByRole('link', { name: 'Title of d1' })).toBeVisible();
    expect(screen.getByText('It took longer than 60 s. Tried 3 times.')).toBeVisible();
    expect(await screen.findByText('a document that was deleted')).toBeVisible();
    expect(screen.getAllByRole('listitem').filter((item) => within(item).queryByText('Read'))).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByRole('button', { name: 'Stopping…' })).toBeDisabled();
    expect(sent(heard, 'POST /api/jobs/j1/cancel')).toHaveLength(1);
  });
});

import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { document, page, spaceRoutes } from '../test/knowledge';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';

const passage = (place: number) => ({ id: `p${place}`, place, kind: 'paragraph', heading: ['Warranty', `Part ${place}`], page: place, tokens: 50 + place, text: `Text number ${place}.` });
const version = { read_at: '2026-03-01T12:00:00Z', characters: 7_636, passages: 2, tokens: 103 };
const routes = {
  'GET /api/documents/d1': () => json(document('d1')),
  'GET /api/documents/d1/passages': ({ route }: { route: string }) =>
    json(route.includes('cursor=0') ? { version, items: [passage(2)], next: null } : { version, items: [passage(1)], next: '0' }),
  'GET /api/chat-spaces/s1/documents': () => page([document('d2')]),
};

async function open(more: Parameters<typeof serve>[0] = {}, role?: string) {
  const heard = serve({ ...spaceRoutes(role), ...routes, ...more });
  await openConsole('/app/spaces/acme/knowledge/documents/d1');
  await screen.findByText(/^(Title of d1|No such document here)$/);
  return { heard, user: userEvent.setup() };
}
const routesOf = (heard: { route: string }[]) => heard.map(({ route }) => route);

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('a document', () => {
  it('shows its facts and its passages as they were cut', async () => {
    const { user } = await open();
    const passages = within(await screen.findByRole('region', { name: 'Passages' }));
    expect(passages.getByText('Text number 1.')).toBeVisible();
    expect(passages.getByText('Page 1 · 51 tokens')).toBeVisible();
    await user.click(passages.getByRole('button', { name: 'Show more passages' }));
    expect(await passages.findByText('Part 2')).toBeVisible();
    expect(screen.getByText('7,636')).toBeVisible();
    expect(screen.getByRole('link', { name: 'Open' })).toHaveAttribute('href', '/sources/acme/d1');
  });

  it('says why it could not be read, and is read again', async () => {
    let failed = true;
    const { user } = await open({
      'GET /api/documents/d1': () => json(failed ? document('d1', { status: 'failed', error: 'it is a scan: there is no text in it' }) : document('d1', { status: 'queued' })),
      'GET /api/documents/d1/passages': () => json({ version: null, items: [], next: null }),
      'POST /api/documents/d1/reprocess': () => {
        failed = false;
        return json({ document: document('d1'), job: { id: 'j1' } }, 202);
      },
    });
    expect(await screen.findByText('It is a scan: there is no text in it.')).toBeVisible();
    expect(await screen.findByText('Nothing of this document is searched.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText('Waiting')).toBeVisible();
    expect(screen.queryByText(/It is a scan/)).toBeNull();
  });

  it('is deleted once that is confirmed, and stays where it is refused', async () => {
    let refused = true;
    const { heard, user } = await open({
      'DELETE /api/documents/d1': () => (refused ? problem(409, 'space_archived', 'the space is archived') : new Response(null, { status: 204 })),
    });
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    const dialog = within(screen.getByRole('dialog', { name: /Delete “Title of d1”/ }));
    expect(routesOf(heard)).not.toContain('DELETE /api/documents/d1');
    await user.click(dialog.getByRole('button', { name: 'Delete the document' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent('The space is archived.');
    refused = false;
    await user.click(dialog.getByRole('button', { name: 'Delete the document' }));
    expect(await screen.findByRole('list', { name: 'Documents' })).toBeVisible();
  });

  it('is given back as it was', async () => {
    const [made, clicked] = [vi.fn(() => 'blob:x'), vi.fn()];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: made, revokeObjectURL: vi.fn() }));
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
      clicked(this.download);
    });
    const { heard, user } = await open({ 'GET /api/documents/d1/content': () => new Response('# Hello') });
    await user.click(screen.getByRole('button', { name: 'Download' }));
    await vi.waitFor(() => expect(clicked).toHaveBeenCalledWith('d1.md'));
    expect(heard.find(({ route }) => route.endsWith('/content'))?.token).toBe('t1');
  });

  it('cannot be changed by who may only read', async () => {
    await open({}, 'viewer');
    expect(await screen.findByRole('button', { name: 'Download' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /Delete|Read again/ })).toBeNull();
  });

  it('of another space is not shown in this one', async () => {
    await open({ 'GET /api/documents/d1': () => json(document('d1', { space: 's2' })) });
    expect(await screen.findByText('No such document here')).toBeVisible();
  });
});

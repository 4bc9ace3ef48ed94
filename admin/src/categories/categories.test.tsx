import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { workspace } from '../test/spaces';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const category = (id: string, name: string, examples = 3) => ({ id, name, description: '', examples, corrections: 1, created_at: '', updated_at: '' });

async function open(routes: Parameters<typeof serve>[0] = {}) {
  const heard = serve({
    ...workspace('admin'),
    'GET /api/ticket-categories': () => json({ items: [category('c1', 'Delivery'), category('c2', 'Refunds', 0)], next: null }),
    'POST /api/ticket-categories': () => json(category('c3', 'Damage', 0), 201),
    'PATCH /api/ticket-categories/c3': () => json(category('c3', 'Damage', 0)),
    'POST /api/ticket-categories/import': () => json({ added: 2, known: 0, categories: 1 }, 201),
    ...routes,
  });
  await openConsole('/app/categories');
  return { user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('categories', () => {
  it('shows the likeliest of a text', async () => {
    const { user } = await open({
      'POST /api/ticket-categories/try': () => json({ category: null, floor: 0.5, guesses: [{ category: 'c2', score: 0.42 }, { category: 'c1', score: 0.1 }] }),
    });
    await user.type(await screen.findByLabelText('Try it', { selector: 'input' }), 'My money');
    await user.click(screen.getByRole('button', { name: 'Find the category' }));
    expect(await screen.findByText(/none is likely enough/)).toBeVisible();
    expect(screen.getByText('42 %')).toBeVisible();
  });

  it('keeps a category whose examples were refused, and sends them again', async () => {
    let refused = true;
    const { user, sent } = await open({
      'POST /api/ticket-categories/c3/examples': () => {
        if (!refused) return json({ added: 2, known: 0, categories: 0 }, 201);
        refused = false;
        return problem(503, 'busy', 'try again in a moment');
      },
    });
    await user.click(await screen.findByRole('button', { name: 'New category' }));
    const form = within(screen.getByRole('dialog'));
    await user.type(form.getByLabelText('Name'), 'Damage');
    await user.type(form.getByLabelText('Add examples'), 'It is broken{enter}{enter} It came broken ');
    await user.click(form.getByRole('button', { name: 'Add the category' }));
    expect(await form.findByRole('alert')).toBeVisible();
    await user.click(form.getByRole('button', { name: 'Add the category' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent('POST /api/ticket-categories')).toHaveLength(1);
    expect(sent('POST /api/ticket-categories/c3/examples')).toEqual(Array(2).fill({ texts: ['It is broken', 'It came broken'] }));
  });

  it('imports a file', async () => {
    const { user, sent } = await open();
    await user.click(await screen.findByRole('button', { name: 'Import' }));
    const form = within(screen.getByRole('dialog'));
    // jsdom's files cannot be read.
    const text = () => Promise.resolve('text,category\nbroken,Damage\nlate,Delivery\n');
    await user.upload(form.getByLabelText('File'), Object.assign(new File([], 'examples.csv', { type: 'text/csv' }), { text }));
    expect(await form.findByText('2 examples of 2 categories.')).toBeVisible();
    await user.click(form.getByRole('button', { name: 'Import' }));
    expect(await form.findByText(/2 added/)).toBeVisible();
    expect(sent('POST /api/ticket-categories/import')).toEqual([{ examples: [{ text: 'broken', category: 'Damage' }, { text: 'late', category: 'Delivery' }] }]);
  });
});

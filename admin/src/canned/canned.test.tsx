import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import { canned, workspace } from '../test/spaces';
import { lookedFor, matching } from './match';
import { fill, unknownVariable } from './variables';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('variables', () => {
  const values = { 'visitor.name': 'Mia', 'visitor.email': null, 'agent.name': ' ', 'space.name': 'Acme' };
  it.each([
    ['Hi {{visitor.name}}!', 'Hi Mia!'],
    ['Hi {{ visitor.name | there }}!', 'Hi Mia!'],
    ['To {{visitor.email|you}}, {{agent.name|us}}', 'To you, us'],
    ['To {{visitor.email}}.', 'To .'],
    ['{{space.name}}{{space.name}} {a} }}', 'AcmeAcme {a} }}'],
    ['{{visitor.nam}}', '{{visitor.nam}}'],
  ])('%s', (text, filled) => expect(fill(text, values)).toBe(filled));

  it('are not made of what is filled in', () => {
    expect(fill('{{visitor.name}}', { 'visitor.name': '{{agent.name}} $& $1', 'agent.name': 'Ada' })).toBe('{{agent.name}} $& $1');
  });

  it('that there are not are named', () => {
    expect(unknownVariable('{{visitor.name|x}} {{ visitor.nam |y}}')).toBe('visitor.nam');
    expect(unknownVariable('{{toString}}')).toBe('toString');
    expect(unknownVariable('{{visitor.name}}')).toBeUndefined();
  });
});

describe('what is looked for', () => {
  it.each([
    ['/', 0, ''],
    ['Hi /ref', 3, 'ref'],
    ['Hi\n/ref', 3, 'ref'],
  ])('%j', (text, start, word) => expect(lookedFor(text, text.length)).toEqual({ start, word }));
  it.each(['and/or', 'a /b c', '//', 'https://x'])('%j is none', (text) => expect(lookedFor(text, text.length)).toBeNull());

  it('is found by shortcut before title before text', () => {
    const all = [
      canned('c', { title: 'x', text: 'about refunds' }),
      canned('b', { title: 'A refund', text: 'x' }),
      canned('no-refund', { title: 'x', text: 'x' }),
      canned('refund', { title: 'x', text: 'x' }),
      canned('z', { title: 'x', text: 'x' }),
    ];
    expect(matching(all, 'Refund').map(({ shortcut }) => shortcut)).toEqual(['refund', 'no-refund', 'b', 'c']);
  });
});

async function open(routes: Parameters<typeof serve>[0] = {}, role = 'agent') {
  const heard = serve({ ...workspace(role), 'GET /api/canned-replies': () => json({ items: [canned('refund', { act: 'resolve' }), canned('warranty')], next: null }), ...routes });
  await openConsole('/app/canned-replies');
  return { heard, user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('canned replies', () => {
  it('are written, with a shortcut made of the title, and shown as the visitor reads them', async () => {
    const { user, sent } = await open({ 'POST /api/canned-replies': () => json(canned('new'), 201) });
    await user.click(await screen.findByRole('button', { name: 'New reply' }));
    await user.type(screen.getByLabelText('Title'), 'Thanks & bye');
    expect(screen.getByLabelText('Shortcut')).toHaveValue('thanks-and-bye');
    await user.type(screen.getByLabelText('Text'), 'Bye {{{{visitor.name|you}}, ');
    await user.click(screen.getByRole('button', { name: 'Your name' }));
    const preview = screen.getByRole('region', { name: 'Preview' });
    expect(preview).toHaveTextContent('Bye Robin, Ada Keller');
    await user.click(within(preview).getByRole('checkbox'));
    expect(preview).toHaveTextContent('Bye you, Ada Keller');
    await user.selectOptions(screen.getByLabelText('Once it is sent'), 'snooze');
    await user.selectOptions(screen.getByLabelText('For'), '3 days');
    await user.click(screen.getByRole('button', { name: 'Add the reply' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent('POST /api/canned-replies')).toEqual([
      { shortcut: 'thanks-and-bye', title: 'Thanks & bye', text: 'Bye {{visitor.name|you}}, {{agent.name}}', act: 'snooze', snooze_minutes: 4_320, space: null },
    ]);
  });

  it('are not saved with a variable that there is not, or a shortcut that is taken', async () => {
    const { user } = await open();
    await user.click(await screen.findByRole('button', { name: 'Change Title of refund' }));
    const save = screen.getByRole('button', { name: 'Save the reply' });
    expect(save).toBeEnabled();
    await user.type(screen.getByLabelText('Text'), '{{{{visitor.nam}}');
    expect(screen.getByText('There is no variable “visitor.nam”.')).toBeVisible();
    expect(save).toBeDisabled();
    await user.clear(screen.getByLabelText('Text'));
    await user.clear(screen.getByLabelText('Shortcut'));
    await user.type(screen.getByLabelText('Shortcut'), 'warranty');
    expect(screen.getByText('Another reply has this shortcut.')).toBeVisible();
    expect(save).toBeDisabled();
  });

  it('are searched and deleted, and it is said why one could not be', async () => {
    const { user, heard } = await open({ 'DELETE /api/canned-replies/warranty': () => problem(403, 'forbidden', 'your role has changed') });
    await screen.findByText('/refund');
    await user.keyboard('/warr');
    expect(screen.getByRole('searchbox')).toHaveValue('warr');
    expect(screen.queryByText('/refund')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Delete Title of warranty' }));
    await user.click(screen.getByRole('button', { name: 'Delete the reply' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Your role has changed.');
    expect(heard.map(({ route }) => route)).toContain('DELETE /api/canned-replies/warranty');
  });

  it('are for who answers', async () => {
    await open({}, 'viewer');
    expect(await screen.findByText('For who answers')).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Canned replies' })).toBeNull();
  });
});

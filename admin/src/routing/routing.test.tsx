import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../test/open';
import { json, serve } from '../test/server';
import { workspace } from '../test/spaces';
import type { Rule } from './api';
import { conditionsInWords, givenInWords } from './words';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const names = new Map([
  ['c1', 'Delivery'],
  ['c2', 'Refunds'],
  ['t1', 'Dispatch'],
]);

const rule = (id: string, given: Partial<Rule> = {}): Rule => ({ id, name: id, enabled: true, conditions: {}, team: null, agent: null, priority: null, tags: [], ...given });

describe('a rule in words', () => {
  it.each([
    [{}, 'Every ticket'],
    [{ categories: ['c1', 'c2'], plans: [] }, 'If the category is Delivery or Refunds'],
    [{ moods: ['angry' as const], hours: 'outside' as const }, 'If the customer is angry and it is outside hours'],
  ])('%j', (conditions, words) => expect(conditionsInWords(conditions, names)).toBe(words));

  it('says what it gives', () => {
    expect(givenInWords({ team: 't1', agent: null, priority: 'high', tags: ['a', 'b'] }, names)).toBe('team Dispatch, priority high, tags a, b');
    expect(givenInWords({ team: null, agent: null, priority: null, tags: [] }, names)).toBe('leave it as it is');
  });
});

const list = (items: unknown[]) => () => json({ items, next: null });

async function open(rules: Rule[], role = 'admin') {
  const heard = serve({
    ...workspace(role),
    'GET /api/routing-rules': list(rules),
    'GET /api/ticket-categories': list([{ id: 'c1', name: 'Delivery', description: '', examples: 3, corrections: 0 }]),
    'GET /api/team/teams': list([{ id: 't1', name: 'Dispatch', members: [] }]),
    'GET /api/team/members': list([]),
    'PUT /api/routing-rules/order': list(rules),
    'POST /api/routing-rules': () => json(rule('new'), 201),
    'POST /api/routing-rules/try': () =>
      json({
        category: 'c1',
        score: 0.9,
        moods: ['angry'],
        hours: 'within',
        rules: [
          { rule: 'one', outcome: 'missed', why: [], missed: 'plan' },
          { rule: 'two', outcome: 'taken', why: [{ condition: 'category', value: 'c1' }], missed: null },
        ],
      }),
  });
  await openConsole('/app/routing');
  return { user: userEvent.setup(), sent: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('routing', () => {
  it('moves a rule up', async () => {
    const { user, sent } = await open([rule('one'), rule('two')]);
    expect(await screen.findByRole('button', { name: 'Move one up' })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Move two up' }));
    expect(sent('PUT /api/routing-rules/order')).toEqual([{ rules: ['two', 'one'] }]);
  });

  it('says which rule a ticket takes, and why', async () => {
    const { user, sent } = await open([rule('one'), rule('two', { team: 't1' })]);
    await user.type(await screen.findByLabelText('Which rule would this ticket take?'), 'Where is it?');
    await user.selectOptions(screen.getByLabelText('Time'), 'Outside hours');
    await user.click(screen.getByRole('button', { name: 'Try it' }));
    const outcome = await screen.findByText(/It takes/);
    expect(outcome).toHaveTextContent('It takes two: team Dispatch.');
    expect(screen.getByText(/another plan/)).toBeVisible();
    expect(screen.getByText(/category is Delivery/)).toBeVisible();
    expect(sent('POST /api/routing-rules/try')).toEqual([{ text: 'Where is it?', space: null, locale: null, plan: null, priority: null, hours: 'outside' }]);
  });

  it('makes a rule of what was filled in', async () => {
    const { user, sent } = await open([]);
    await user.click(await screen.findByRole('button', { name: 'New rule' }));
    const form = within(screen.getByRole('dialog'));
    await user.type(form.getByLabelText('Name'), 'Parcels');
    await user.click(form.getByLabelText('Delivery'));
    await user.click(form.getByLabelText('Outside hours'));
    await user.type(form.getByLabelText('Plan'), 'pro, team,');
    await user.selectOptions(form.getByLabelText('Team'), 'Dispatch');
    await user.type(form.getByLabelText('Add tags'), 'parcel');
    await user.click(form.getByRole('button', { name: 'Add the rule' }));
    expect(sent('POST /api/routing-rules')).toEqual([
      { name: 'Parcels', enabled: true, conditions: { categories: ['c1'], hours: 'outside', languages: [], plans: ['pro', 'team'] }, team: 't1', agent: null, priority: null, tags: ['parcel'] },
    ]);
  });

  it('is for admins', async () => {
    await open([], 'agent');
    expect(await screen.findByText('For admins')).toBeVisible();
  });
});

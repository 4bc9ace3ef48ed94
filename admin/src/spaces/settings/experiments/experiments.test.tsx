import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openConsole } from '../../../test/open';
import { json, serve } from '../../../test/server';
import { settings, space, workspace } from '../../../test/spaces';
import type { Details, Experiment, Measure } from './api';
import { differenceWords, placeOn, scaleOf } from './measures';

const PATH = '/api/chat-spaces/s1/experiments';
const running: Experiment = {
  id: 'e1',
  space: 's1',
  name: 'Shorter answers',
  version_a: 3,
  version_b: 1,
  share_b: 20,
  started_by: 'ada@acme.example',
  started_at: '2026-03-01T12:00:00Z',
  ended_at: null,
  used: null,
};
const handed: Measure = {
  measure: 'handed_over',
  a: { value: 0.2, low: 0.16, high: 0.25, of: 400 },
  b: { value: 0.1, low: 0.06, high: 0.15, of: 200 },
  difference: { value: -0.1, low: -0.16, high: -0.04 },
  verdict: 'b_better',
};
const details: Details = {
  experiment: running,
  differences: [{ field: 'settings.ai.top_k', before: 6, after: 3 }],
  seen: { a: { conversations: 400, answers: 900 }, b: { conversations: 200, answers: 1 } },
  measures: [handed, { measure: 'cost', a: null, b: null, difference: null, verdict: 'too_few' }],
  conversations_least: 100,
};

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

async function open(experiments: Experiment[], routes: Parameters<typeof serve>[0] = {}, page = 'experiments') {
  let listed = experiments;
  const version = (n: number, note: string) => ({ n, present: n === 3, by: { kind: 'user', id: 'u1', name: 'ada' }, note, restored_from: null, at: '2026-03-01T12:00:00Z' });
  const heard = serve({
    ...workspace(),
    [`GET ${PATH}`]: () => json({ items: listed, next: null }),
    [`POST ${PATH}`]: () => {
      listed = [running, ...listed];
      return json(running, 201);
    },
    [`GET ${PATH}/e1`]: () => json(details),
    [`POST ${PATH}/e1/end`]: () => {
      listed = [{ ...running, ended_at: '2026-03-09T12:00:00Z', used: 'b' }];
      return json(listed[0]);
    },
    'GET /api/chat-spaces/s1/versions': () => json({ items: [version(3, 'now'), version(2, 'a look'), version(1, 'short')], next: null }),
    'GET /api/chat-spaces/s1/versions/1/diff': () =>
      json({
        items: [
          { field: 'settings.ai.top_k', before: 6, after: 3 },
          { field: 'settings.greeting', before: 'Hi!', after: 'Ahoy' },
        ],
      }),
    'GET /api/chat-spaces/s1/versions/2/diff': () => json({ items: [{ field: 'settings.color', before: '#0b6e66', after: '#000000' }] }),
    'GET /api/chat-spaces/s1': () => json(space({ version: 4, settings: { ...settings, ai: { ...settings.ai, top_k: 3 } } })),
    ...routes,
  });
  await openConsole(`/app/spaces/acme/settings/${page}`);
  return { user: userEvent.setup(), bodies: (route: string) => heard.filter((one) => one.route === route).map(({ body }) => body) };
}

describe('an A/B test', () => {
  it('says what it is for, and begins with a version that answers otherwise', async () => {
    const { user, bodies } = await open([]);
    expect(await screen.findByText(/There has been no test yet/)).toBeVisible();
    const start = screen.getByRole('button', { name: 'Start the test' });
    expect(screen.queryByRole('option', { name: /^3/ })).toBeNull();
    await user.selectOptions(screen.getByLabelText('Version for B'), await screen.findByRole('option', { name: '2 · a look' }));
    expect(await screen.findByText('Version 2 answers as the space does now.')).toBeVisible();
    expect(start).toBeDisabled();
    await user.selectOptions(screen.getByLabelText('Version for B'), '1');
    expect(await screen.findByText('Passages')).toBeVisible();
    expect(screen.queryByText('Greeting')).toBeNull();
    await user.clear(screen.getByLabelText('Share of B'));
    expect(start).toBeDisabled();
    await user.type(screen.getByLabelText('Name'), '{Enter}');
    expect(bodies(`POST ${PATH}`)).toEqual([]);
    await user.type(screen.getByLabelText('Share of B'), '20');
    await user.type(screen.getByLabelText('Name'), 'Shorter answers');
    await user.click(start);
    expect(await screen.findByText('Running')).toBeVisible();
    expect(bodies(`POST ${PATH}`)).toEqual([{ version: 1, share_b: 20, name: 'Shorter answers' }]);
    expect(screen.queryByRole('button', { name: 'Start the test' })).toBeNull();
  });

  it('shows both arms, says which is better, and ends with what is chosen', async () => {
    const { user, bodies } = await open([running]);
    const measures = within(await screen.findByRole('list', { name: 'Measures' }));
    expect(measures.getByText('B is better')).toBeVisible();
    expect(measures.getAllByRole('listitem')[0]).toHaveTextContent('B against A: −10 points (−16 to −4)');
    expect(measures.getByText('Too few to tell')).toBeVisible();
    expect(measures.getAllByText('Nothing to measure')).toHaveLength(2);
    expect(screen.getByText('20 % · 200 conversations, 1 answer')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'End the test' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByLabelText('Use B'));
    expect(dialog.getByText(/That is a new version/)).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'End the test' }));
    expect(await screen.findByText('B used')).toBeVisible();
    expect(bodies(`POST ${PATH}/e1/end`)).toEqual([{ use: 'b' }]);
    await user.click(screen.getByRole('link', { name: 'Answers' }));
    await waitFor(() => expect(screen.getByLabelText('Passages')).toHaveValue(3));
  });

  it('says at the field what cannot be taken', async () => {
    const refused = { status: 400, code: 'invalid_request', detail: 'share_b', errors: [{ field: 'share_b', detail: 'give a number from 1 to 99' }] };
    const { user } = await open([], { [`POST ${PATH}`]: () => new Response(JSON.stringify(refused), { status: 400 }) });
    await user.selectOptions(await screen.findByLabelText('Version for B'), await screen.findByRole('option', { name: '1 · short' }));
    await screen.findByText('Passages');
    await user.click(screen.getByRole('button', { name: 'Start the test' }));
    await waitFor(() => expect(screen.getByLabelText('Share of B')).toHaveAccessibleDescription('Give a number from 1 to 99'));
  });

  it('is told of where answers are set', async () => {
    await open([running], {}, 'answers');
    expect(await screen.findByText(/The A\/B test “Shorter answers” runs: 20 % of the conversations are answered by version 1/)).toBeVisible();
    expect(screen.getByRole('link', { name: 'See the test' })).toHaveAttribute('href', '/app/spaces/acme/settings/experiments');
  });
});

describe('a measure', () => {
  it('is on a scale that both arms have', () => {
    expect(scaleOf(handed)).toEqual([0, 1]);
    const time: Measure = { ...handed, measure: 'time', a: { value: 800, low: 700, high: 900, of: 9 }, b: { value: 400, low: 300, high: 1200, of: 9 } };
    expect(scaleOf(time)).toEqual([0, 1200]);
    expect(placeOn([1, 5], 4)).toBe(75);
    expect(placeOn([0, 1], 2)).toBe(100);
    expect(differenceWords('csat', { value: 0.5, low: -0.25, high: 1.25 })).toEqual(['+0.5', '−0.25 to +1.25']);
  });
});

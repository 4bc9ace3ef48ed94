import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { candidate, document, found, golden, job, page, result, run, spaceRoutes } from '../../test/knowledge';
import { openConsole } from '../../test/open';
import { json, problem, serve } from '../../test/server';
import { FakeSocket } from '../../test/socket';
import { isOf } from './Highlighted';

const GOLDEN = '/api/chat-spaces/s1/golden-questions';

async function open(path: string, routes: Parameters<typeof serve>[0] = {}, role?: string) {
  const heard = serve({
    ...spaceRoutes(role),
    [`GET ${GOLDEN}`]: () => page([]),
    'GET /api/chat-spaces/s1/golden-runs': () => page([]),
    'GET /api/chat-spaces/s1/documents': () => page([document('d1', { name: 'warranty.md' })]),
    'GET /api/documents/d1': () => json(document('d1', { name: 'warranty.md' })),
    'POST /api/query': () => json(found([candidate('p1'), candidate('p2', { place: 2, score: 7, outcome: 'repeats', repeats: 'p1', title: 'Claims' })])),
    ...routes,
  });
  await openConsole(`/app/spaces/acme/playground${path}`);
  return { heard, user: userEvent.setup() };
}
const sent = (heard: ReturnType<typeof serve>, route: string) => heard.filter((one) => one.route === route).map(({ body }) => body);

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

describe('the playground', () => {
  it('shows what a question finds, and why', async () => {
    const { heard, user } = await open('');
    await user.type(await screen.findByLabelText(/A question/), 'How long is the warranty?{Enter}');
    const passages = within(await screen.findByRole('list', { name: 'Passages' }));
    expect(sent(heard, 'POST /api/query')).toEqual([{ space: 's1', text: 'How long is the warranty?', explain: true }]);
    expect(passages.getByText('warranties').tagName).toBe('MARK');
    expect(passages.getByRole('img', { name: /^Score 9\.0: Meaning 4\.2, Sentences 3\.1, Phrases/ })).toBeVisible();
    await user.click(passages.getByRole('button', { name: 'Every figure' }));
    expect(passages.getByRole('row', { name: /Cosine.*0\.60 × 7.*4\.2/ })).toBeVisible();
    expect(screen.getByText('Repeats #1')).toBeInTheDocument();
    expect(screen.getByText('You are Robi.')).toBeInTheDocument();
    expect(location.search).toContain('How');
  });

  it('says that the assistant would abstain, and how far it is from an answer', async () => {
    const low = candidate('p1', { outcome: 'below_floor', meaning: { place: 1, cosine: 0.2 }, reaches_floor: false });
    await open('?q=ticker', { 'POST /api/query': () => json(found([low], true)) });
    expect(await screen.findByText(/would say that it does not know/)).toBeVisible();
    expect(screen.getByRole('columnheader', { name: 'Near in meaning' })).toBeVisible();
    expect(screen.getAllByText('Below the floor')).toHaveLength(1);
  });

  it('keeps a question as a golden one with one click', async () => {
    const kept: ReturnType<typeof golden>[] = [];
    const { heard, user } = await open('?q=How+long%3F', {
      [`GET ${GOLDEN}`]: () => page(kept),
      [`POST ${GOLDEN}`]: () => {
        kept.push(golden('g1', { question: 'How long?' }));
        return json(kept[0], 201);
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Keep as a golden question' }));
    expect(await screen.findByRole('link', { name: 'A golden question, expects warranty.md' })).toBeVisible();
    expect(sent(heard, `POST ${GOLDEN}`)).toEqual([{ question: 'How long?', source: 'warranty.md', facts: [] }]);
  });

  it('lets who may only read ask, and keep nothing', async () => {
    await open('?q=How+long%3F', {}, 'viewer');
    expect(await screen.findByRole('list', { name: 'Passages' })).toBeVisible();
    expect(screen.queryByRole('button', { name: /golden/ })).toBeNull();
  });

  it('knows the words of a stem', () => {
    const words = (stem: string, ...those: string[]) => those.map((word) => isOf(word, stem));
    expect(words('warranti', 'warranty', 'warranties', 'warrant', 'war')).toEqual([true, true, true, false]);
    expect(words('ship', 'ship', 'shipping', 'shipment', 'shipwrecked')).toEqual([true, true, true, false]);
    expect(words('e03', 'e03', 'e031', 'e02')).toEqual([true, true, false]);
  });
});

describe('golden questions', () => {
  const questions = [golden('g1'), golden('g2', { facts: ['two years'], source: null, document: null })];
  const asked = {
    [`GET ${GOLDEN}`]: () => page(questions),
    'GET /api/chat-spaces/s1/golden-runs': () => page([run('r1')]),
    'GET /api/golden-runs/r1': () =>
      json({
        run: run('r1'),
        results: [result(questions[0] as never, { passed: false, passed_before: true, source_place: null }), result(questions[1] as never, { passed_before: false })],
      }),
  };

  it('show what they expect, how they stand, and what got worse in a run', async () => {
    const { user } = await open('/golden', asked);
    const list = within(await screen.findByRole('region', { name: 'Questions' }));
    expect(await list.findByText('Got worse')).toBeVisible();
    expect(list.getByText('Passes again')).toBeVisible();
    expect(list.getByText('“two years”')).toBeVisible();
    await user.click(screen.getByRole('link', { name: /1 of 2 pass.*1 got worse/ }));
    expect(await screen.findByText('The document was not among the sources.')).toBeVisible();
  });

  it('are added, changed and deleted', async () => {
    const { heard, user } = await open('/golden', {
      ...asked,
      [`POST ${GOLDEN}`]: () => problem(409, 'conflict', 'the space has this question'),
      'PUT /api/golden-questions/g2': () => json(questions[1]),
      'DELETE /api/golden-questions/g1': () => new Response(null, { status: 204 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Add a question' }));
    const dialog = () => within(screen.getByRole('dialog'));
    await user.type(dialog().getByLabelText('Question'), 'Question g1?');
    expect(dialog().getByRole('button', { name: 'Add the question' })).toBeDisabled();
    await user.type(dialog().getByLabelText('Facts that must be said'), 'a{Enter} b ');
    await user.click(dialog().getByRole('button', { name: 'Add the question' }));
    expect(await dialog().findByRole('alert')).toHaveTextContent('The space has this question.');
    expect(sent(heard, `POST ${GOLDEN}`)).toEqual([{ question: 'Question g1?', source: null, facts: ['a', 'b'] }]);
    await user.click(dialog().getByRole('button', { name: 'Cancel' }));

    await user.click(screen.getByRole('button', { name: 'Change “Question g2?”' }));
    await user.type(dialog().getByLabelText('Document that must be found'), 'warranty.md');
    await user.click(dialog().getByRole('button', { name: 'Save the question' }));
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent(heard, 'PUT /api/golden-questions/g2')).toEqual([{ question: 'Question g2?', source: 'warranty.md', facts: ['two years'] }]);

    await user.click(screen.getByRole('button', { name: 'Delete “Question g1?”' }));
    await user.click(dialog().getByRole('button', { name: 'Delete the question' }));
    await vi.waitFor(() => expect(sent(heard, 'DELETE /api/golden-questions/g1')).toHaveLength(1));
  });

  it('are asked, and the run is followed', async () => {
    let finished = false;
    const { heard, user } = await open('/golden', {
      ...asked,
      'GET /api/chat-spaces/s1/golden-runs': () => page(finished ? [run('r2', { passed: 2, regressed: 0, mended: 1 })] : [run('r2', { finished_at: null })]),
      'GET /api/golden-runs/r2': () => json({ run: run('r2'), results: [] }),
      'POST /api/chat-spaces/s1/golden-runs': () => json({ job: { id: 'r2' } }, 202),
    });
    await user.click(await screen.findByRole('button', { name: 'Ask them all' }));
    expect(sent(heard, 'POST /api/chat-spaces/s1/golden-runs')).toEqual([{ answers: false }]);
    const replay = { kind: 'replay_golden', subject: { space: 's1' } };
    act(() => FakeSocket.last.greets());
    act(() => FakeSocket.last.says({ type: 'job.upsert', job: job('r2', { ...replay, progress: 60 }) }));
    expect(await screen.findByRole('button', { name: 'Asking, 60%' })).toBeDisabled();
    expect(await screen.findByRole('progressbar')).toHaveAttribute('aria-valuenow', '60');
    finished = true;
    act(() => FakeSocket.last.says({ type: 'job.upsert', job: job('r2', { ...replay, state: 'done' }) }));
    expect(await screen.findByText('2 of 2 pass')).toBeVisible();
    expect(screen.getByText('1 better')).toBeVisible();
  });
});

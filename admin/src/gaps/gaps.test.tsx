import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { readQuestions } from '../overview/range';
import { page, spaceRoutes } from '../test/knowledge';
import { openConsole } from '../test/open';
import { json, problem, serve } from '../test/server';
import type { Gap, QuestionsReport } from './api';
import { gapSearch } from './search';

const AT = '2026-03-01T12:00:00Z';
const GAPS = 'GET /api/chat-spaces/s1/gaps';
const GAP = '/api/chat-spaces/s1/gaps/g1';

const gap = (given: Partial<Gap> = {}): Gap => ({
  id: 'g1',
  space: 's1',
  question: 'Do you repair boats?',
  state: 'open',
  document: null,
  decided_by: null,
  decided_at: null,
  asked: 5,
  questions: 3,
  before: 1,
  reasons: { abstained: 2, low_grounding: 0, thumbs_down: 1, handed_over: 0 },
  trend: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
  last_asked: AT,
  ...given,
});
const asked = { message: 'm1', conversation: 'c1', text: 'Can my boat be repaired?', asked_at: AT, reasons: ['abstained'], grounding: null };
const details = (given: Partial<Gap> = {}) => json({ gap: gap(given), questions: { items: [asked], next: null } });
const usual = (role = 'owner') => ({ ...spaceRoutes(role), 'GET /api/jobs': () => page([]), [GAPS]: () => page([gap()]), [`GET ${GAP}`]: () => details() });

describe('addresses', () => {
  it('have what is not usual, and nothing else', () => {
    expect(gapSearch({ state: 'open', sort: 'count', days: 30 })).toEqual({});
    expect(gapSearch({ state: 'all', sort: 'trend', days: '90' })).toEqual({ state: 'all', sort: 'trend', days: 90 });
    expect(gapSearch({ state: 'x', sort: 1, days: 8 })).toEqual({});
    expect(readQuestions({ kind: 'unanswered', range: '7d' })).toEqual({ kind: 'unanswered', range: '7d' });
    expect(readQuestions({ kind: 'popular' })).toEqual({});
  });
});

describe('gaps', () => {
  it('are listed with why they are, and how they grow', async () => {
    serve(usual());
    openConsole('/spaces/acme/knowledge/gaps');
    const row = await screen.findByRole('link', { name: /Do you repair boats/ });
    expect(row).toHaveTextContent('2 × no answer found, 1 × thumbs down');
    expect(row).toHaveTextContent('3 of 5');
    expect(row).toHaveTextContent('+2');
  });

  it('lead on where there are none', async () => {
    serve({ ...usual(), [GAPS]: () => page([]) });
    openConsole('/spaces/acme/knowledge/gaps');
    expect(await screen.findByRole('heading', { name: 'No open gaps in these days' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Try a question' })).toBeInTheDocument();
  });

  it('are answered from a draft, tried first', async () => {
    const fares = (found: boolean, rank: number | null) => ({ found, rank, grounding: found ? 0.9 : 0 });
    const heard = serve({
      ...usual(),
      [`POST ${GAP}/draft`]: () => json({ question: 'Do you repair boats?', text: 'Yes, up to six metres.', model: null, grounding: null, conversations: ['c1'] }),
      [`POST ${GAP}/preview`]: () =>
        json({
          questions: [{ question: 'Do you repair boats?', before: fares(false, null), after: fares(true, 1) }],
          golden: [{ question: 'How long is the warranty?', before: true, after: false }],
        }),
      [`POST ${GAP}/answer`]: () => json({ document: 'd9', job: null }, 202),
    });
    openConsole('/spaces/acme/knowledge/gaps/g1');
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText('Answer'), 'We do.');
    await user.click(await screen.findByRole('button', { name: 'Draft from conversations' }));
    expect(await screen.findByText(/What an agent wrote, word for word/)).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Put back what you wrote' }));
    expect(screen.getByLabelText('Answer')).toHaveValue('We do.');
    await user.clear(screen.getByLabelText('Answer'));
    await user.click(screen.getByRole('button', { name: 'Draft from conversations' }));
    expect(await screen.findByText(/What an agent wrote, word for word/)).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Put back what you wrote' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'See what changes' }));
    const row = await screen.findByRole('row', { name: /Do you repair boats/ });
    expect(within(row).getByText('Not found')).toBeInTheDocument();
    expect(within(row).getByText('Found, place 1')).toBeInTheDocument();
    expect(screen.getByText('1 golden question would get worse.')).toBeInTheDocument();

    // What was tried is not what stands there any more.
    await user.type(screen.getByLabelText('Answer'), ' Ask us.');
    expect(screen.queryByText('Found, place 1')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Publish the answer' }));
    expect(await screen.findByText(/Published/)).toBeInTheDocument();
    const published = heard.filter(({ route }) => route.endsWith('/answer')).map(({ body }) => body);
    expect(published).toEqual([{ question: 'Do you repair boats?', answer: 'Yes, up to six metres. Ask us.' }]);
  });

  it('say why there is no draft', async () => {
    serve({ ...usual(), [`POST ${GAP}/draft`]: () => problem(409, 'conflict', 'no agent has answered this in a resolved conversation yet') });
    openConsole('/spaces/acme/knowledge/gaps/g1');
    await userEvent.click(await screen.findByRole('button', { name: 'Draft from conversations' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(/no agent has answered this/i);
  });

  it.each([
    ['opened by itself', 'open', null, 'Nothing was found again although there is'],
    ['was opened by somebody', 'open', 'Ada', 'It was answered in'],
    ['was dismissed', 'dismissed', 'Ada', 'It was answered in'],
    ['is answered', 'answered', 'Ada', 'The answer is in'],
  ] as const)('say of the document of one that %s what is so', async (_, state, by, says) => {
    const document = { id: 'd1', title: 'Boats' };
    serve({ ...usual(), [`GET ${GAP}`]: () => details({ state, document, decided_by: by, decided_at: by && AT }) });
    openConsole('/spaces/acme/knowledge/gaps/g1');
    const link = await screen.findByRole('link', { name: 'Boats' });
    expect(link.parentElement).toHaveTextContent(`${says} Boats.`);
  });

  it('are only looked at by who may not write', async () => {
    serve(usual('agent'));
    openConsole('/spaces/acme/knowledge/gaps/g1');
    expect(await screen.findByText('Can my boat be repaired?')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Dismiss' })).not.toBeInTheDocument();
    expect(screen.queryByRole('heading', { name: 'Write the answer' })).not.toBeInTheDocument();
  });
});

describe('the questions report', () => {
  const report: QuestionsReport = {
    from: '2026-10-24',
    to: '2026-11-22',
    tz: 'UTC',
    totals: { questions: 8, unanswered: 2, took: { p50_ms: 900, p95_ms: 2_400 } },
    questions: [
      { id: 'g1', space: 's1', question: 'Do you repair boats?', state: 'open', questions: 5, before: 0, unanswered: 2, last_asked: AT, took: { p50_ms: 800, p95_ms: 900 } },
    ],
    cited: [{ id: 'd1', space: 's1', title: 'Shipping', answers: 3 }],
    never_cited: [],
    slowest: [{ conversation: 'c1', space: 's1', question: 'How heavy is it?', asked_at: AT, took_ms: 4_000 }],
  };

  it('tells what is asked, cited and slow', async () => {
    serve({ ...spaceRoutes(), 'GET /api/analytics/questions': () => json(report) });
    openConsole('/overview/questions');
    expect(await screen.findByRole('link', { name: 'Do you repair boats?' })).toHaveAttribute('href', '/app/spaces/acme/knowledge/gaps/g1');
    expect(screen.getByRole('link', { name: 'Shipping' })).toBeInTheDocument();
    expect(screen.getByText('Every document is cited.')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'How heavy is it?' })).toHaveAttribute('href', '/app/inbox/c1');
    expect(screen.getByText('2 (25%)')).toBeInTheDocument();
  });

  it('gives each of its tables as a file', async () => {
    const kept: string[] = [];
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }));
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      kept.push(this.download);
    });
    const heard = serve({
      ...spaceRoutes(),
      'GET /api/analytics/questions': (one) => (one.accept === 'text/csv' ? new Response('title,answers\r\n') : json(report)),
    });
    openConsole('/overview/questions');
    for (const name of ['CSV', 'CSV of documents', 'CSV of slowest answers']) {
      await userEvent.click(await screen.findByRole('button', { name }));
    }
    await vi.waitFor(() => expect(kept.map((name) => name.replace(/-\d.*/, ''))).toEqual(['questions', 'documents', 'slowest-answers']));
    const asked = heard.filter(({ accept }) => accept === 'text/csv').map(({ route }) => new URLSearchParams(route.split('?')[1]).get('table'));
    expect(asked).toEqual([null, 'documents', 'slowest']);
  });

  it('leads on where nobody asked', async () => {
    serve({ ...spaceRoutes(), 'GET /api/analytics/questions': () => json({ ...report, totals: { ...report.totals, questions: 0 } }) });
    openConsole('/overview/questions');
    expect(await screen.findByRole('link', { name: 'Install the widget' })).toBeInTheDocument();
  });
});

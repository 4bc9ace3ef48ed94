import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { golden, page, result, run, spaceRoutes } from '../../test/knowledge';
import { openConsole } from '../../test/open';
import { json, serve } from '../../test/server';
import { costOf, pairs } from './compare';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

const at = (started_at: string, given: Parameters<typeof run>[1] = {}) => run(`r-${started_at}`, { started_at, finished_at: started_at, answers: true, ...given });
const question = (id: string, updated_at = '2026-01-01T00:00:00Z') => golden(id, { question: `Is it ${id}?`, updated_at });
const one = {
  run: at('2026-03-02T12:00:00Z', { version: 2, questions: 4, passed: 2 }),
  results: [
    result(question('kept'), { cost_nanos: 1_000_000 }),
    result(question('mended'), { cost_nanos: 2_000_000, answer: 'Two years.' }),
    result(question('broken'), { passed: false, abstained: true, cost_nanos: 0 }),
    result(question('reworded', '2026-03-02T00:00:00Z'), { passed: false, cost_nanos: 0 }),
  ],
};
const other = {
  run: at('2026-03-01T12:00:00Z', { questions: 4, passed: 2 }),
  results: [
    result(question('kept'), { cost_nanos: null }),
    result(question('mended'), { passed: false, source_place: null, missing: ['two years'] }),
    result(question('broken')),
    result(question('reworded', '2026-03-02T00:00:00Z')),
    result(question('gone')),
  ],
};

describe('two runs', () => {
  it('are compared question by question, what got worse first', () => {
    expect(pairs(one, other).map((pair) => [(pair.one ?? pair.other)?.question.id, pair.turn])).toEqual([
      ['broken', 'worse'],
      ['mended', 'better'],
      ['kept', 'same'],
      ['reworded', 'changed'],
      ['gone', 'changed'],
    ]);
  });

  it('tell what they cost where all of it is known', () => {
    expect(costOf(one)).toBe(3_000_000);
    expect(costOf(other)).toBeNull();
    expect(costOf({ ...one, run: { ...one.run, answers: false } })).toBeNull();
  });

  it('stand side by side, and the address has both', async () => {
    serve({
      ...spaceRoutes(),
      'GET /api/chat-spaces/s1/golden-runs': () => page([one.run, other.run]),
      [`GET /api/golden-runs/${one.run.id}`]: () => json(one),
      [`GET /api/golden-runs/${other.run.id}`]: () => json(other),
    });
    await openConsole(`/app/spaces/acme/playground/golden/${one.run.id}`);
    await userEvent.selectOptions(await screen.findByLabelText('Compare with'), other.run.id);
    const questions = within(await screen.findByRole('list', { name: 'Questions' }));
    expect(questions.getAllByRole('listitem')[0]).toHaveTextContent('Is it broken?Worse');
    expect(questions.getByText('Fails. The document was not among the sources. Not said: “two years”.')).toBeVisible();
    expect(questions.getByText('Two years.')).toBeVisible();
    expect(screen.getByText('1 better in this run')).toBeVisible();
    expect(location.search).toContain(encodeURIComponent(other.run.id));
  });
});

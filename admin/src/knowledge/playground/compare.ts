import type { GoldenResult, GoldenRun } from './api';

export interface RunDetails {
  run: GoldenRun;
  results: GoldenResult[];
}

/** What became of one question in two runs. `changed`: it was not the same question in both, or not asked in one. */
export type Turn = 'worse' | 'better' | 'same' | 'changed';

export interface Pair {
  one: GoldenResult | undefined;
  other: GoldenResult | undefined;
  turn: Turn;
}

const ORDER: Turn[] = ['worse', 'better', 'same', 'changed'];

/** The questions of two runs side by side: first what is worse in `one` than in `other`, then what is better, then the rest. */
export function pairs(one: RunDetails, other: RunDetails): Pair[] {
  const ids = new Set([...one.results, ...other.results].map(({ question }) => question.id));
  const of = ({ results }: RunDetails, id: string) => results.find(({ question }) => question.id === id);
  const found = [...ids].map((id): Pair => {
    const both = { one: of(one, id), other: of(other, id) };
    return { ...both, turn: turnOf(both.one, both.other, [one.run.started_at, other.run.started_at]) };
  });
  return found.sort((a, b) => ORDER.indexOf(a.turn) - ORDER.indexOf(b.turn));
}

function turnOf(one: GoldenResult | undefined, other: GoldenResult | undefined, begun: string[]): Turn {
  if (!one || !other || begun.some((at) => Date.parse(at) < Date.parse(one.question.updated_at))) return 'changed';
  if (one.passed === other.passed) return 'same';
  return one.passed ? 'better' : 'worse';
}

/** What all answers of a run cost, nano-dollars; null where one of them is not known, or none was written. */
export function costOf({ run, results }: RunDetails): number | null {
  if (!run.answers || results.length === 0) return null;
  return results.reduce<number | null>((sum, { cost_nanos }) => (sum === null || cost_nanos === null ? null : sum + cost_nanos), 0);
}

import { cost, count, duration, score, share, type Format } from '../../../overview/format';
import type { Arm, Interval, Measure, MeasureName } from './api';

interface Shown {
  name: string;
  /** What was counted. */
  of: string;
  say: Format;
  /** Ends of the scale; without them it is from 0 to the highest there is. */
  scale?: readonly [number, number];
}

export const SHOWN: Record<MeasureName, Shown> = {
  abstained: { name: 'Found nothing', of: 'conversations', say: share, scale: [0, 1] },
  handed_over: { name: 'Handed over', of: 'conversations', say: share, scale: [0, 1] },
  resolved_alone: { name: 'Resolved without a person', of: 'conversations', say: share, scale: [0, 1] },
  thumbs_up: { name: 'Thumbs up', of: 'thumbs', say: share, scale: [0, 1] },
  grounding: { name: 'Grounding', of: 'answers', say: share, scale: [0, 1] },
  csat: { name: 'Rating', of: 'ratings', say: score, scale: [1, 5] },
  time: { name: 'Time of an answer, median', of: 'answers', say: duration },
  tokens: { name: 'Tokens of an answer', of: 'answers', say: (value) => count(value === null || value === undefined ? value : Math.round(value)) },
  cost: { name: 'Cost of an answer', of: 'answers', say: cost },
};

export const VERDICTS: Record<Measure['verdict'], { words: string; look: 'plain' | 'good' }> = {
  a_better: { words: 'A is better', look: 'good' },
  b_better: { words: 'B is better', look: 'good' },
  no_difference: { words: 'No difference seen yet', look: 'plain' },
  too_few: { words: 'Too few to tell', look: 'plain' },
};

export const ARMS: Record<Arm, { letter: string; colour: string }> = {
  a: { letter: 'A', colour: 'bg-part-5' },
  b: { letter: 'B', colour: 'bg-part-1' },
};

/** The ends of the scale on which both arms are shown. */
export function scaleOf({ measure, a, b }: Measure): readonly [number, number] {
  const { scale } = SHOWN[measure];
  return scale ?? [0, Math.max(a?.high ?? 0, b?.high ?? 0) || 1];
}

/** Where a value stands on a scale, in percent. */
export const placeOn = ([from, to]: readonly [number, number], value: number) => Math.min(100, Math.max(0, ((value - from) / (to - from)) * 100));

const points = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** By how much B is above or below A, and what that is between: of shares in percentage points. */
export function differenceWords(measure: MeasureName, { value, low, high }: Interval): [difference: string, between: string] {
  const { say } = SHOWN[measure];
  const isShare = say === share;
  const signed = (by: number) => `${by < 0 ? '−' : '+'}${isShare ? points.format(Math.abs(by) * 100) : say(Math.abs(by))}`;
  return [`${signed(value)}${isShare ? ' points' : ''}`, `${signed(low)} to ${signed(high)}`];
}

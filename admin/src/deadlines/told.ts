import { KIND_WORDS, type Deadline } from './api';

/** What a deadline needs of whoever sees it. */
export type Look = 'plain' | 'warn' | 'bad';

export interface Told {
  text: string;
  look: Look;
}

const MINUTE = 60_000;

/** How long it is, in the largest unit that fits. */
function long(ms: number): string {
  const minutes = Math.max(1, Math.floor(ms / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 60 * 48) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 60 / 24)} d`;
}

/** A deadline in a few words, as it is seen now. */
export function toldOf({ kind, due_at, at_risk_at, paused_at, met_at, breached_at }: Deadline, now: Date): Told {
  const name = KIND_WORDS[kind];
  const until = (at: string) => Date.parse(at) - now.getTime();
  if (met_at) return breached_at ? { text: `${name} late`, look: 'plain' } : { text: `${name} in time`, look: 'plain' };
  if (due_at && until(due_at) < 0) return { text: `${name} breached ${long(-until(due_at))} ago`, look: 'bad' };
  if (paused_at) return { text: `${name} paused`, look: 'plain' };
  if (!due_at) return { text: `${name} not within a year`, look: 'plain' };
  const look = at_risk_at && until(at_risk_at) < 0 ? 'warn' : 'plain';
  return { text: `${name} in ${long(until(due_at))}`, look };
}

/** The one that a list shows: what is awaited, the soonest first, and what is paused last. */
export function nextOf(deadlines: readonly Deadline[]): Deadline | undefined {
  const due = ({ due_at }: Deadline) => (due_at ? Date.parse(due_at) : Infinity);
  return deadlines.filter(({ met_at }) => !met_at).sort((a, b) => due(a) - due(b))[0];
}

import type { CannedReply } from './api';

const HOUR = 60;
const DAY = 24 * HOUR;

/** For how long a macro may put off, but for what somebody chose by the API. */
export const SNOOZES = [HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY];

export function span(minutes: number): string {
  const of = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  if (minutes % DAY === 0) return of(minutes / DAY, 'day');
  return minutes % HOUR === 0 ? of(minutes / HOUR, 'hour') : of(minutes, 'minute');
}

/** What a macro does, as "resolve the conversation"; nothing where it is none. */
export function actOf({ act, snooze_minutes }: Pick<CannedReply, 'act' | 'snooze_minutes'>): string | null {
  if (act === 'resolve') return 'resolve the conversation';
  return act === 'snooze' ? `put it off for ${span(snooze_minutes ?? 0)}` : null;
}

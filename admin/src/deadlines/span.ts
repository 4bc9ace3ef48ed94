import type { WhoseHours } from './api';

/** Minutes of a target at most: 60 days. */
export const MOST_MINUTES = 86_400;

/** Minutes of a day: of business hours a day's work, eight hours. */
export const dayOf = (hours: WhoseHours) => (hours === 'calendar' ? 24 * 60 : 8 * 60);

const PART = /(\d+(?:[.,]\d+)?)\s*(days?|d|hours?|h|minutes?|min|m)?\s*/iy;

/** Minutes of what somebody typed, as `4h`, `1d 4h`, `1.5 h` or `45`, which are minutes; null where that is nothing, undefined where it is no span of time. */
export function minutesOf(text: string, day: number): number | null | undefined {
  const typed = text.trim();
  if (typed === '' || typed === '–' || typed === '-') return null;
  let [minutes, at] = [0, 0];
  while (at < typed.length) {
    PART.lastIndex = at;
    const part = PART.exec(typed);
    if (!part) return undefined;
    const unit = part[2]?.charAt(0).toLowerCase() ?? 'm';
    minutes += Number((part[1] ?? '').replace(',', '.')) * (unit === 'd' ? day : unit === 'h' ? 60 : 1);
    at = PART.lastIndex;
  }
  const whole = Math.round(minutes);
  return whole >= 1 && whole <= MOST_MINUTES ? whole : undefined;
}

/** The same the other way round: `1d 4h`. */
export function spanOf(minutes: number | null, day: number): string {
  if (minutes === null) return '';
  const parts = [
    [Math.floor(minutes / day), 'd'],
    [Math.floor((minutes % day) / 60), 'h'],
    [(minutes % day) % 60, 'm'],
  ] as const;
  return parts.filter(([n]) => n > 0).map(([n, unit]) => `${n}${unit}`).join(' ');
}

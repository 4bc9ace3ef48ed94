const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** As short as a list needs: the time today, the weekday this week, else the date. */
export function shortTime(at: Date, now: Date): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clock.format(at);
  if (days < 7) return weekday.format(at);
  return (at.getFullYear() === now.getFullYear() ? date : dateOfYear).format(at);
}

/** The heading of a day in a transcript. */
export function dayName(at: Date, now: Date): string {
  const days = daysBetween(at, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (at.getFullYear() === now.getFullYear() ? longDay : dateOfYear).format(at);
}

export const clockTime = (at: Date) => clock.format(at);
export const mediumTime = (at: Date) => medium.format(at);
export const mediumDate = (at: Date) => dateOfYear.format(at);
export const exactTime = (at: Date) => exact.format(at);

/** Midnights that lie between the two, in local time. */
export function daysBetween(from: Date, to: Date): number {
  return Math.round((midnight(to) - midnight(from)) / DAY_MS);
}

const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

const dayAndTime = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: 'numeric', minute: '2-digit' });

/** A time to come, as short as it can be told. */
export function whenAhead(at: Date, now: Date): string {
  const days = daysBetween(now, at);
  if (days === 0) return clock.format(at);
  return days < 7 ? dayAndTime.format(at) : date.format(at);
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const SPANS = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long it is over, in the largest unit that fits, as "2 minutes ago". */
export function ago(at: Date, now: Date): string {
  const past = Math.max(0, now.getTime() - at.getTime());
  const [unit, size] = SPANS.find(([, span]) => past >= span) ?? ['minute', Infinity];
  return Number.isFinite(size) ? relative.format(-Math.floor(past / size), unit) : 'just now';
}

/** How long something goes on: `now`, `4 min`, `2 h`, `3 d`. */
export function duration(from: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - from.getTime()) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 60 / 24)} d`;
}

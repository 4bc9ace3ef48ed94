/** From a time of the day until just before another, as `HH:MM`; `24:00` is the end of the day. */
export interface Interval {
  from: string;
  to: string;
}

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];
export type Week = Record<Day, Interval[]>;

/** A date with hours of its own; without any it is closed. */
export interface Holiday {
  date: string;
  intervals: Interval[];
  name?: string;
}

export interface Hours {
  holidays: Holiday[];
  time_zone: string;
  week: Week;
}

/** What the server says of hours at this moment. */
export interface Availability {
  open: boolean;
  opens_at: string | null;
  closes_at: string | null;
}

export const MOST_INTERVALS = 6;
export const MOST_HOLIDAYS = 100;

const WORKING: Interval = { from: '09:00', to: '17:00' };
const WORKING_DAYS: readonly Day[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const END_OF_DAY = 24 * 60;

export const nameOfDay = (day: Day) => day.charAt(0).toUpperCase() + day.slice(1);

/** Where this browser is. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Nine to five on working days, where this browser is. */
export function usualHours(): Hours {
  const of = (day: Day) => (WORKING_DAYS.includes(day) ? [WORKING] : []);
  return { holidays: [], time_zone: browserZone(), week: Object.fromEntries(DAYS.map((day) => [day, of(day)])) as Week };
}

export const withDay = (hours: Hours, day: Day, intervals: Interval[]): Hours => ({ ...hours, week: { ...hours.week, [day]: intervals } });

/** Tuesday to Friday as Monday. */
export function withMondayCopied(hours: Hours): Hours {
  return WORKING_DAYS.reduce((all, day) => withDay(all, day, hours.week.monday), hours);
}

export const isMondayEverywhere = ({ week }: Hours) => WORKING_DAYS.every((day) => JSON.stringify(week[day]) === JSON.stringify(week.monday));

/** The intervals and one more behind them, after an hour's break; null where there is no room. */
export function withOneMore(intervals: readonly Interval[]): Interval[] | null {
  const last = intervals.at(-1);
  if (!last) return [WORKING];
  const from = minutesOf(last.to) + 60;
  if (from >= END_OF_DAY || intervals.length >= MOST_INTERVALS) return null;
  const to = Math.max(minutesOf(WORKING.to), Math.min(from + 60, END_OF_DAY));
  return [...intervals, { from: timeOf(from), to: timeOf(to > from ? to : END_OF_DAY) }];
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const timeOf = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Holidays and one more: the day after the last of them, or after today. */
export function withHoliday(holidays: readonly Holiday[], today: Date): Holiday[] {
  const last = holidays.reduce((latest, { date }) => (date > latest ? date : latest), dateOf(today));
  const next = new Date(`${last}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return [...holidays, { date: next.toISOString().slice(0, 10), intervals: [] }];
}

const dateOf = (at: Date) => [at.getFullYear(), String(at.getMonth() + 1).padStart(2, '0'), String(at.getDate()).padStart(2, '0')].join('-');

/** "Open now, until 17:00", by the clocks of the zone. */
export function saidOf({ open, opens_at, closes_at }: Availability, zone: string, now: Date): string {
  const place = zone === browserZone() ? '' : ` (${placeOf(zone)} time)`;
  if (open) return closes_at ? `Open now, until ${momentOf(closes_at, zone, now)}${place}.` : 'Open now, and always.';
  return opens_at ? `Closed now, opens ${momentOf(opens_at, zone, now)}${place}.` : 'Closed, and it does not open within a year.';
}

export const placeOf = (zone: string) => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

const DAY_MS = 86_400_000;

/** The time, before it the day where that is not today, and the date where it is a week off. */
function momentOf(moment: string, timeZone: string, now: Date): string {
  const at = new Date(moment);
  const shown = (of: Date, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone, ...options }).format(of);
  const time = shown(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const date = { day: 'numeric', month: 'short' } as const;
  if (shown(at, date) === shown(now, date)) return time;
  const far = at.getTime() - now.getTime() >= 6 * DAY_MS;
  return `${shown(at, { weekday: 'short', ...(far && date) })} ${time}`;
}

/** Every zone that the browser knows, its own first. */
export function zones(): string[] {
  const here = browserZone();
  return [here, 'UTC', ...Intl.supportedValuesOf('timeZone')].filter((zone, i, all) => all.indexOf(zone) === i);
}

/** Those whose name has the words in it, those that begin with them first. */
export function matchingZones(all: readonly string[], text: string): string[] {
  const words = text.toLowerCase().replaceAll(/[\s_]+/g, ' ').trim();
  const found = all.filter((zone) => zone.toLowerCase().replaceAll('_', ' ').includes(words));
  const begins = (zone: string) => placeOf(zone).toLowerCase().startsWith(words);
  return words ? [...found.filter(begins), ...found.filter((zone) => !begins(zone))] : found;
}

const told = (intervals: readonly Interval[]) => (intervals.length === 0 ? 'closed' : intervals.map(({ from, to }) => `${from}–${to}`).join(', '));

/** A difference in hours, in words: the whole of them, a day's intervals, or holidays. Anything else is as it was. */
export function toldHours(field: string, value: unknown): unknown {
  if (!field.startsWith('settings.hours') || value === null || typeof value !== 'object') return value;
  if (field.startsWith('settings.hours.week.')) return told(value as Interval[]);
  if (field === 'settings.hours.holidays') return (value as Holiday[]).map(toldHoliday);
  const { time_zone, week, holidays } = value as Hours;
  return [time_zone, ...DAYS.map((day) => `${nameOfDay(day)} ${told(week[day])}`), ...holidays.map(toldHoliday)];
}

const toldHoliday = ({ date, name, intervals }: Holiday) => `${date}${name ? ` ${name}` : ''}, ${told(intervals)}`;

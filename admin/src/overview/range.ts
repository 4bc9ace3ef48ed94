export const RANGES = ['7d', '30d', '90d', 'month', 'custom'] as const;
export type Range = (typeof RANGES)[number];

export const CHANNELS = ['widget', 'mail'] as const;
export type Channel = (typeof CHANNELS)[number];

/** As many as the server tells of at once. */
export const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

/** What the page shows, as it stands in its address; what is usual is left out. */
export interface OverviewSearch {
  range?: Range;
  from?: string;
  to?: string;
  /** Beside the days before, unless told otherwise. */
  compare?: boolean;
  /** The slug of a space. */
  space?: string;
  /** How conversations began, where that matters. */
  channel?: Channel | undefined;
}

/** Whole days of a time zone, the first and the last among them. */
export interface Days {
  from: string;
  to: string;
  tz: string;
}

/** What can be in an address, and is not usual. */
export function readSearch(search: { [name in keyof OverviewSearch]?: unknown }): OverviewSearch {
  const read: OverviewSearch = {};
  const range = RANGES.find((known) => known === search.range);
  if (range && range !== '30d') read.range = range;
  if (isDay(search.from)) read.from = search.from;
  if (isDay(search.to)) read.to = search.to;
  if (search.compare === false || search.compare === 'false') read.compare = false;
  if (typeof search.space === 'string' && search.space) read.space = search.space;
  return read;
}

/** What the overview shows, as it stands in its address. */
export function readOverview(search: { [name in keyof OverviewSearch]?: unknown }): OverviewSearch {
  const read = readSearch(search);
  const channel = CHANNELS.find((known) => known === search.channel);
  return channel ? { ...read, channel } : read;
}

/** What the questions report shows, as it stands in its address. */
export interface QuestionsSearch extends Omit<OverviewSearch, 'compare' | 'channel'> {
  /** All questions unless told. */
  kind?: 'unanswered' | undefined;
}

export function readQuestions(search: { [name in keyof QuestionsSearch]?: unknown }): QuestionsSearch {
  const read = readSearch(search);
  delete read.compare;
  return search.kind === 'unanswered' ? { ...read, kind: search.kind } : read;
}

/** The days that are meant, seen from `today`. Custom ones that are none are the usual ones. */
export function daysOf({ range = '30d', from, to }: OverviewSearch, today: Date, tz = timeZone()): Days {
  const last = isoDay(today);
  if (range === 'custom' && from && to && from <= to && daysFrom(from, to) <= MOST_DAYS) return { from, to, tz };
  if (range === 'month') return { from: `${last.slice(0, 8)}01`, to: last, tz };
  const back = range === '7d' ? 6 : range === '90d' ? 89 : 29;
  return { from: isoDay(new Date(today.getFullYear(), today.getMonth(), today.getDate() - back)), to: last, tz };
}

/** How many days there are, both ends among them. */
export function daysFrom(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** The date of the machine's zone. */
export function isoDay(at: Date): string {
  const two = (n: number) => `${n}`.padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function isDay(text: unknown): text is string {
  return typeof text === 'string' && /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

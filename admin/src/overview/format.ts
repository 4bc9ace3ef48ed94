import { nanoDollars } from '../ui/money';

const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const tenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const stars = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
const points = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0, signDisplay: 'exceptZero' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** Says a figure; a dash where there is none. */
export type Format = (value: number | null | undefined) => string;

/** A hyphen is too short for a sign. */
const minus = (text: string) => text.replace('-', '−');

const or = (say: (value: number) => string): Format => (value) => (value === null || value === undefined ? '–' : say(value));

export const count: Format = or((value) => (Math.abs(value) < 100_000 ? whole.format(value) : compact.format(value)));
export const share: Format = or((value) => percent.format(value));
export const score: Format = or((value) => stars.format(value));

/** From −1 to 1, in hundredths: as −100 to +100. */
export const hundredths: Format = or((value) => minus(points.format(value * 100)));

/** Nano-dollars; small sums with the places they need. */
export const cost: Format = or(nanoDollars);

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** Milliseconds, in the unit that a person would use; in one piece. */
export const duration: Format = or((ms) => {
  const unit = UNITS.find(([size]) => ms >= size);
  return unit ? `${tenth.format(ms / unit[0])}\u00a0${unit[1]}` : `${whole.format(Math.round(ms))}\u00a0ms`;
});

/** How much it changed; null where there is nothing to compare with. */
export function change(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null;
  return (now - before) / Math.abs(before);
}

/** Which part of all it is; null of none. */
export const part = (of: number, all: number) => (all === 0 ? null : of / all);

/** By how much it differs; null where there is nothing to compare with. */
export const difference = (now: number | null, before: number | null) => (now === null || before === null ? null : now - before);

export const changeText = (by: number) => minus(signed.format(by));

const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric', timeZone: 'UTC' });
const monthName = (at: string) => month.format(new Date(`${at}-01T00:00:00Z`));

/** Of a month its name, of a day its date, of an hour its time: these are told in the zone that was asked for. */
export function slotName(at: string): string {
  if (at.length === 7) return monthName(at);
  return at.length > 10 ? at.slice(11, 16) : day.format(new Date(`${at}T00:00:00Z`));
}

export function longSlotName(at: string): string {
  if (at.length === 7) return monthName(at);
  const name = longDay.format(new Date(`${at.slice(0, 10)}T00:00:00Z`));
  return at.length > 10 ? `${name}, ${at.slice(11, 16)}` : name;
}

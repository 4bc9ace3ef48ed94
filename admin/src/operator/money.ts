import type { Format } from '../overview/format';

/** Decimal numbers are only made numbers to be drawn and shown: nothing is worked out with them. */
export function money(amount: string | number, currency: string): string {
  const value = Number(amount);
  const small = value !== 0 && Math.abs(value) < 0.01;
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, ...(small && { maximumFractionDigits: 6 }) }).format(value);
}

export const dollars = (amount: string) => money(amount, 'USD');

/** Says an amount of a chart, beside which there is little room: large ones in whole units, then in thousands. */
export const moneyIn =
  (currency: string): Format =>
  (value) => {
    if (value === null || value === undefined) return '–';
    if (Math.abs(value) < 1_000) return money(value, currency);
    const notation = Math.abs(value) < 100_000 ? 'standard' : 'compact';
    return new Intl.NumberFormat(undefined, { style: 'currency', currency, notation, maximumFractionDigits: 0 }).format(value);
  };

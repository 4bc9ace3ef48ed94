import type { Format } from '../overview/format';
import { money } from '../ui/money';

/** Dollars with cents, or with as many decimals as a little has. */
export function dollars(amount: string): string {
  const isSmall = /^-?0\.00\d*[1-9]/.test(amount);
  return isSmall ? money({ amount, currency: 'USD' }, false, 6) : money({ amount, currency: 'USD' });
}

/** Says a point of a chart, beside which there is little room: large ones in whole units, then in thousands. */
export const moneyIn =
  (currency: string): Format =>
  (point) => {
    if (point === null || point === undefined) return '–';
    const size = Math.abs(point);
    const room: Intl.NumberFormatOptions = size < 1_000 ? {} : { notation: size < 100_000 ? 'standard' : 'compact', maximumFractionDigits: 0 };
    return new Intl.NumberFormat(undefined, { style: 'currency', currency, ...room }).format(point);
  };

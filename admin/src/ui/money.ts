/** Money is a decimal string or a whole number of nano-dollars, and no floating point touches it on its way to the screen. */
type Decimal = `${number}`;

const NANOS = 1_000_000_000n;

/** An amount as the API gives it: digits, perhaps a sign and decimals. */
const isDecimal = (amount: string): amount is Decimal => /^-?\d+(\.\d+)?$/.test(amount);

/** An amount in a currency; whole ones without decimals where `short`, and with more decimals than it has coins where told. */
export function money({ amount, currency }: { amount: string; currency: string }, short = false, decimals?: number): string {
  if (!isDecimal(amount)) throw new TypeError(`${amount} is no amount`);
  const whole = short && /^-?\d+(\.0+)?$/.test(amount);
  const options: Intl.NumberFormatOptions = { style: 'currency', currency, ...(short && { currencyDisplay: 'narrowSymbol' }), ...(whole && { minimumFractionDigits: 0, maximumFractionDigits: 0 }), ...(decimals && { maximumFractionDigits: decimals }) };
  return new Intl.NumberFormat(undefined, options).format(amount);
}

/** Where a decimal is on the scale of a chart: what is drawn is an approximation, and nothing is worked out with it. */
export const drawn = (decimal: string): number => Number(decimal);

/** A whole number below 2^53, as JSON has it. */
export const inJson = (all: bigint): number => Number(all);

/** The same amount with the other sign. */
export const negated = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

export const isNegative = (amount: string): boolean => amount.startsWith('-') && /[1-9]/.test(amount);
export const isNothing = (amount: string): boolean => !/[1-9]/.test(amount);

/** Nano-dollars, with two decimals, or with more where there would be little to see. */
export function nanoDollars(nanos: number): string {
  const all = BigInt(nanos);
  const size = all < 0n ? -all : all;
  const maximumFractionDigits = size === 0n || size >= NANOS ? 2 : size >= NANOS / 100n ? 4 : 6;
  const amount = `${all < 0n ? '-' : ''}${size / NANOS}.${String(size % NANOS).padStart(9, '0')}` as Decimal;
  return new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD', minimumFractionDigits: 2, maximumFractionDigits }).format(amount);
}

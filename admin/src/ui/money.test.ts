import { describe, expect, it } from 'vitest';
import { isNegative, isNothing, money, nanoDollars, negated } from './money';

describe('money', () => {
  it('is exact where a floating point number would not be', () => {
    expect(money({ amount: '90071992547409.93', currency: 'USD' })).toBe('$90,071,992,547,409.93');
    expect(money({ amount: '14.500', currency: 'KWD' })).toMatch(/KWD\s14\.500/);
    expect(money({ amount: '-1.500', currency: 'USD' })).toBe('-$1.50');
  });

  it('is short where it is whole', () => {
    expect(money({ amount: '49.000', currency: 'USD' }, true)).toBe('$49');
    expect(money({ amount: '4.500', currency: 'USD' }, true)).toBe('$4.50');
  });

  it('is refused where it is none', () => {
    for (const amount of ['', 'NaN', '1e3', '1,5', '.5']) expect(() => money({ amount, currency: 'USD' })).toThrow(TypeError);
  });

  it('has a sign', () => {
    expect([negated('1.000'), negated('-1.000')]).toEqual(['-1.000', '1.000']);
    expect([isNegative('-0.000'), isNegative('-0.001'), isNothing('0.000'), isNothing('0.010')]).toEqual([false, true, true, false]);
  });

  it('of nano-dollars has the decimals that it needs', () => {
    expect([12_340_000_000, 4_200_000, 0, -2_000_000_000].map(nanoDollars)).toEqual(['$12.34', '$0.0042', '$0.00', '-$2.00']);
  });
});

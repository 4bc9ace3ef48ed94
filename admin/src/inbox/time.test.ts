import { expect, it } from 'vitest';
import { dayName, daysBetween } from './time';

it('counts midnights, not hours', () => {
  expect(daysBetween(new Date(2026, 2, 1, 23, 59), new Date(2026, 2, 2, 0, 1))).toBe(1);
  expect(daysBetween(new Date(2026, 2, 1, 0, 1), new Date(2026, 2, 1, 23, 59))).toBe(0);
  // A night in which the clocks change is a night.
  expect(daysBetween(new Date(2026, 2, 28, 12), new Date(2026, 2, 30, 12))).toBe(2);
});

it('names the days that have names', () => {
  const now = new Date(2026, 2, 2, 9);
  expect(dayName(new Date(2026, 2, 2, 1), now)).toBe('Today');
  expect(dayName(new Date(2026, 2, 1, 23), now)).toBe('Yesterday');
  expect(dayName(new Date(2025, 2, 1), now)).toContain('2025');
});

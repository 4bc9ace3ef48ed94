import { describe, expect, it } from 'vitest';
import { snoozes } from './snooze';

describe('what is put off', () => {
  const labels = (day: number, hour: number) => snoozes(new Date(2026, 10, day, hour)).map(({ label }) => label);

  it('comes back at times that differ', () => {
    // Monday the 23rd, Friday the 27th, Sunday the 29th.
    expect(labels(23, 9)).toEqual(['In an hour', 'This afternoon', 'Tomorrow', 'In a week']);
    expect(labels(27, 16)).toEqual(['In an hour', 'Tomorrow', 'Monday', 'In a week']);
    expect(labels(29, 16)).toEqual(['In an hour', 'Tomorrow', 'In a week']);
    for (let day = 22; day < 29; day += 1) {
      const times = snoozes(new Date(2026, 10, day, 8)).map(({ until }) => until.getTime());
      expect(new Set(times).size).toBe(times.length);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});

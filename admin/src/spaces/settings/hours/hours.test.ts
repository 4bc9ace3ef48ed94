import { describe, expect, it } from 'vitest';
import { browserZone, DAYS, matchingZones, saidOf, toldHours, usualHours, withHoliday, withMondayCopied, withOneMore, zones } from './hours';

describe('hours', () => {
  it('come after an hour’s break, as long as there is room', () => {
    expect(withOneMore([])).toEqual([{ from: '09:00', to: '17:00' }]);
    expect(withOneMore([{ from: '08:00', to: '12:00' }])?.[1]).toEqual({ from: '13:00', to: '17:00' });
    expect(withOneMore([{ from: '09:00', to: '17:00' }])?.[1]).toEqual({ from: '18:00', to: '19:00' });
    expect(withOneMore([{ from: '09:00', to: '22:30' }])?.[1]).toEqual({ from: '23:30', to: '24:00' });
    expect(withOneMore([{ from: '09:00', to: '23:00' }])).toBeNull();
    expect(withOneMore(Array(6).fill({ from: '00:00', to: '01:00' }))).toBeNull();
  });

  it('are those of Monday on working days', () => {
    const monday = [{ from: '10:00', to: '14:00' }];
    const { week } = withMondayCopied({ ...usualHours(), week: { ...usualHours().week, monday } });
    expect(DAYS.map((day) => week[day].length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect(week.friday).toEqual(monday);
  });

  it('have holidays, each a day after the last', () => {
    const one = withHoliday([], new Date(2026, 11, 30));
    expect(withHoliday(one, new Date(2026, 11, 30)).map(({ date }) => date)).toEqual(['2026-12-31', '2027-01-01']);
  });

  it('are said by the clocks of their zone', () => {
    const now = new Date('2026-12-18T20:00:00Z');
    const said = (open: boolean, opens_at: string | null, closes_at: string | null) => saidOf({ open, opens_at, closes_at }, 'Asia/Kolkata', now);
    expect(said(true, null, '2026-12-18T21:30:00Z')).toBe('Open now, until 03:00 (Kolkata time).');
    expect(said(true, null, '2026-12-19T18:30:00Z')).toBe('Open now, until Sun 00:00 (Kolkata time).');
    expect(said(false, '2026-12-21T03:30:00Z', null)).toBe('Closed now, opens Mon 09:00 (Kolkata time).');
    expect(said(false, '2027-01-04T03:30:00Z', null)).toBe('Closed now, opens Mon 4 Jan 09:00 (Kolkata time).');
    expect(said(false, null, null)).toBe('Closed, and it does not open within a year.');
    expect(saidOf({ open: true, opens_at: null, closes_at: null }, browserZone(), now)).toBe('Open now, and always.');
  });

  it('are in a zone that is found by its city, the browser’s before all', () => {
    expect(zones()[0]).toBe(browserZone());
    const some = ['America/New_York', 'Europe/York', 'Asia/Tokyo'];
    expect(matchingZones(some, 'york')).toEqual(['Europe/York', 'America/New_York']);
    expect(matchingZones(some, 'new_y')).toEqual(['America/New_York']);
    expect(matchingZones(some, '')).toEqual(some);
  });

  it('are told in words where versions differ', () => {
    const hours = { ...usualHours(), time_zone: 'UTC', holidays: [{ date: '2026-12-25', intervals: [], name: 'Christmas' }] };
    expect(toldHours('settings.hours', hours)).toContain('Monday 09:00–17:00');
    expect(toldHours('settings.hours', hours)).toContain('2026-12-25 Christmas, closed');
    expect(toldHours('settings.hours.week.monday', [])).toBe('closed');
    expect(toldHours('settings.hours.time_zone', 'UTC')).toBe('UTC');
    expect(toldHours('settings.ai.models', ['extractive'])).toEqual(['extractive']);
  });
});

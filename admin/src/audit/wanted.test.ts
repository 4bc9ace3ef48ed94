import { describe, expect, it } from 'vitest';
import { queryOf, wanted } from './wanted';

describe('what the audit log is asked for', () => {
  it('is what of the address can be a filter', () => {
    const actor = '01a202ed-d7aa-7572-b972-538290bd15e3';
    expect(wanted({ actor, action: 'space.', from: '2026-03-01', to: '2026-03-31', page: 2 })).toEqual({ actor, action: 'space.', from: '2026-03-01', to: '2026-03-31' });
    expect(wanted({ actor: 'me', action: 'Space', from: '2026-13-01', to: 7 })).toEqual({});
  });

  it('ends after the last day', () => {
    const query = queryOf({ from: '2026-03-01', to: '2026-03-01' });
    const hours = (new Date(query.get('to') ?? '').getTime() - new Date(query.get('from') ?? '').getTime()) / 3_600_000;
    expect(hours).toBe(24);
  });
});

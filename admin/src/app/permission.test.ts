import { describe, expect, it } from 'vitest';
import { may } from './permission';

describe('a role', () => {
  it('has what the lower ones have', () => {
    expect(['owner', 'admin', 'agent', 'viewer'].map((role) => may(role, 'team:read'))).toEqual([true, true, true, true]);
    expect(['owner', 'admin', 'agent', 'viewer'].map((role) => may(role, 'spaces:write'))).toEqual([true, true, false, false]);
    expect(['owner', 'admin', 'agent', 'viewer'].map((role) => may(role, 'workspace:write'))).toEqual([true, false, false, false]);
  });

  it('that nobody knows may nothing', () => expect(may('stranger', 'team:read')).toBe(false));
});

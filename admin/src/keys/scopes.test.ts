import { describe, expect, it } from 'vitest';
import { inWords, toggled } from './scopes';

describe('scopes', () => {
  it('let whoever may change something read it', () => {
    expect(toggled([], 'spaces:write', true)).toEqual(['spaces:read', 'spaces:write']);
    expect(toggled(['spaces:read', 'spaces:write', 'team:read'], 'spaces:read', false)).toEqual(['team:read']);
    expect(toggled(['spaces:read', 'spaces:write'], 'spaces:write', false)).toEqual(['spaces:read']);
  });

  it('let whoever configures something read it', () => {
    expect(toggled(['team:read'], 'tickets:configure', true)).toEqual(['team:read', 'tickets:read', 'tickets:configure']);
    expect(toggled(['tickets:read', 'tickets:write', 'tickets:configure'], 'tickets:read', false)).toEqual([]);
    expect(inWords(['tickets:read', 'tickets:configure'])).toBe('Tickets: read and configure');
  });

  it('are said in words', () => {
    expect(inWords(['audit:read', 'knowledge:read', 'knowledge:write'])).toBe('Audit log: read, Knowledge: read and change');
  });
});

import { describe, expect, it } from 'vitest';
import { inWords, toggled } from './scopes';

describe('scopes', () => {
  it('let whoever may change something read it', () => {
    expect(toggled([], 'spaces:write', true)).toEqual(['spaces:read', 'spaces:write']);
    expect(toggled(['spaces:read', 'spaces:write', 'team:read'], 'spaces:read', false)).toEqual(['team:read']);
    expect(toggled(['spaces:read', 'spaces:write'], 'spaces:write', false)).toEqual(['spaces:read']);
  });

  it('are said in words', () => {
    expect(inWords(['audit:read', 'knowledge:read', 'knowledge:write'])).toBe('Audit log: read, Knowledge: read and change');
  });
});

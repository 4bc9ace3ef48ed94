import { describe, expect, it } from 'vitest';
import { changesOf } from './changes';

describe('what an act changed', () => {
  it('is a line for each field', () => {
    expect(changesOf({ settings: { color: '#000000' }, gone: 1 }, { settings: { color: '#ffffff' }, slug: 'new' })).toEqual([
      { name: 'Colour', before: '#000000', after: '#ffffff' },
      { name: 'gone', before: 1, after: undefined },
      { name: 'Address', before: undefined, after: 'new' },
    ]);
  });

  it('may be nothing', () => expect(changesOf(null, null)).toEqual([]));
});

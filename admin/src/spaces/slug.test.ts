import { describe, expect, it } from 'vitest';
import { slugOf } from './slug';

describe('the word for addresses', () => {
  it('has letters, digits and single hyphens', () => {
    expect(slugOf('  Größe & Söhne: Hilfe 2 ')).toBe('grosse-and-sohne-hilfe-2');
    expect(slugOf('サポート')).toBe('');
    expect(slugOf('a'.repeat(80))).toHaveLength(63);
  });
});

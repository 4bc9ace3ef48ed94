import { describe, expect, it } from 'vitest';
import { examplesOf, piecesOf, rowsOf } from './csv';

describe('a file of examples', () => {
  it('keeps quotes, commas and line breaks in their field', () => {
    expect(rowsOf('a,"b ""c"", d\ne",f\r\n1,2,3')).toEqual([
      ['a', 'b "c", d\ne', 'f'],
      ['1', '2', '3'],
    ]);
    expect(rowsOf('\uFEFFtext\n')).toEqual([['text']]);
  });

  it('is read by the names of its columns', () => {
    expect(examplesOf('id,Category,TEXT\n1, Refunds ,"My money, please"\n\n')).toEqual([{ text: 'My money, please', category: 'Refunds' }]);
  });

  it.each([
    ['a,b\n1,2', 'The first row names the columns: text and category.'],
    ['', 'The first row names the columns: text and category.'],
    ['text,category\nHi,', 'Row 2 has no category.'],
    ['text,category\nHi,A\n ,B', 'Row 3 has no text.'],
    ['text,category\n', 'There are no examples in it.'],
  ])('%j is refused', (file, fault) => expect(() => examplesOf(file)).toThrow(fault));

  it('is sent in pieces that the server takes, whatever is written in it', () => {
    // Two bytes a letter, and two for each line break in JSON.
    const rows = Array.from({ length: 450 }, (_, i) => ({ text: `${i}${'ü\n'.repeat(990)}`, category: 'Lieferung' }));
    const pieces = piecesOf(rows);
    expect(pieces.flat()).toEqual(rows);
    for (const examples of pieces) expect(new TextEncoder().encode(JSON.stringify({ examples })).length).toBeLessThan(256 * 1024);
    expect(piecesOf(Array.from({ length: 450 }, () => ({ text: 'late', category: 'Delivery' }))).map((piece) => piece.length)).toEqual([200, 200, 50]);
    expect(piecesOf([])).toEqual([]);
  });
});

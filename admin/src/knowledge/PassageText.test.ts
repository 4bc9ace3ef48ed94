import { describe, expect, it } from 'vitest';
import { blocks } from './PassageText';

describe('the text of a passage', () => {
  it('has its tables as rows of cells', () => {
    const text = 'Prices\nof today:\n\n| | Sweep 3 |\n|---|:-:|\n| Price | $649 |\n| Or | a \\| b |\n\nWith tax.';
    expect(blocks(text)).toEqual(['Prices\nof today:', [['', 'Sweep 3'], ['Price', '$649'], ['Or', 'a | b']], 'With tax.']);
  });

  it('is no table where no rule says so', () => {
    expect(blocks('| not | one |\n| at | all |')).toEqual(['| not | one |\n| at | all |']);
  });
});

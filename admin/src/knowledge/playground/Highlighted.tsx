import { Fragment } from 'react';
import type { Word } from './api';

/** A text in which the words of the question are marked. */
export function Highlighted({ text, words }: { text: string; words: Word[] }) {
  const stems = words.filter(({ weight }) => weight !== null).map(({ lexeme }) => lexeme);
  return text.split(/([\p{L}\p{N}]+)/u).map((piece, i) =>
    // Words are every other piece.
    i % 2 === 1 && stems.some((stem) => isOf(piece.toLowerCase(), stem)) ? (
      <mark key={i} className="rounded-xs bg-warn-soft text-ink">
        {piece}
      </mark>
    ) : (
      <Fragment key={i}>{piece}</Fragment>
    ),
  );
}

/** Letters that a word may have behind its stem, as `ies` or `ing`. */
const ENDING = 4;

/** The server searches for stems, which end early and turn `y` into `i`; here it is enough to come close. */
export function isOf(word: string, stem: string): boolean {
  const root = stem.length > 3 ? stem.replace(/i$/, '') : stem;
  return word.startsWith(root) && word.length - stem.length <= (stem.length > 3 ? ENDING : 2);
}

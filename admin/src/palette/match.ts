/** How well `words` of what one types are found in `text`: each where a word begins, inside one, or scattered in one; 0 where one is not. */
export function score(text: string, typed: string): number {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  let sum = 1;
  for (const wanted of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const best = Math.max(0, ...words.map((word) => close(word, wanted)));
    if (best === 0) return 0;
    sum += best;
  }
  return sum;
}

function close(word: string, wanted: string): number {
  if (word === wanted) return 4;
  if (word.startsWith(wanted)) return 3;
  if (word.includes(wanted)) return 2;
  return isScattered(word, wanted) ? 1 : 0;
}

/** Whether the letters are there in order, the first one first. */
function isScattered(word: string, wanted: string): boolean {
  if (word[0] !== wanted[0]) return false;
  let at = 0;
  for (const letter of word) if (letter === wanted[at]) at += 1;
  return at >= wanted.length;
}

/** The best first; those as good as each other as they were. */
export function best<T extends { label: string; more?: string }>(all: readonly T[], typed: string): T[] {
  return all
    .map((one) => ({ one, found: score(`${one.label} ${one.more ?? ''}`, typed) }))
    .filter(({ found }) => found > 0)
    .sort((a, b) => b.found - a.found)
    .map(({ one }) => one);
}

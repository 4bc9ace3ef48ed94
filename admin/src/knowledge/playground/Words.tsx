import type { Word } from './api';

/** The question as it is searched: its words, and how rare each is here. */
export function Words({ words }: { words: Word[] }) {
  const most = Math.max(...words.map(({ weight }) => weight ?? 0), 0.01);
  return (
    <ul aria-label="Words of the question" className="flex flex-wrap gap-1.5">
      {words.map(({ lexeme, passages, of, weight }) => (
        <li
          key={lexeme}
          title={weight === null ? 'It is not searched for' : `Weight ${weight.toFixed(2)} by rarity`}
          className={`rounded-lg border border-line px-2 py-1 text-xs ${weight === null ? 'text-mute' : ''}`}
        >
          <span className="flex items-baseline gap-1.5">
            <span className={weight === null ? 'line-through' : 'font-medium'}>{lexeme}</span>
            <span className="text-mute tabular-nums">
              in {passages} of {of}
            </span>
          </span>
          <span aria-hidden className="mt-1 block h-1 rounded-full bg-line">
            <span className="block h-full rounded-full bg-warn" style={{ width: `${(100 * (weight ?? 0)) / most}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}

import type { Candidate } from './api';
import { partOf, PARTS } from './parts';

const rounded = (value: number) => value.toFixed(1);

/** A score as the sum that it is, as long as it is against the best one. */
export function ScoreBar({ candidate, best }: { candidate: Candidate; best: number }) {
  const parts = PARTS.map((part) => ({ ...part, value: partOf(candidate, part) })).filter(({ value }) => value > 0);
  const sum = parts.reduce((all, { value }) => all + value, 0) || 1;
  const said = parts.map(({ name, value }) => `${name} ${rounded(value)}`).join(', ');
  return (
    <span role="img" aria-label={`Score ${rounded(candidate.score)}: ${said}`} title={said} className="block h-2 overflow-hidden rounded-full bg-sunken">
      <span className="flex h-full gap-px" style={{ width: `${Math.max(2, (100 * candidate.score) / best)}%` }}>
        {parts.map(({ name, value, colour }) => (
          <span key={name} className={`h-full ${colour}`} style={{ width: `${(100 * value) / sum}%` }} />
        ))}
      </span>
    </span>
  );
}

/** What the colours mean. */
export function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-mute">
      {PARTS.map(({ name, about, colour }) => (
        <li key={name} title={about} className="inline-flex items-center gap-1.5">
          <span aria-hidden className={`size-2 rounded-full ${colour}`} /> {name}
        </li>
      ))}
    </ul>
  );
}

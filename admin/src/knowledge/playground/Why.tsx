import { Check, X } from 'lucide-react';
import type { Candidate } from './api';
import { PARTS } from './parts';

/** Every figure that a passage was weighed by. */
export function Why({ candidate }: { candidate: Candidate }) {
  const { meaning, text_match, fused, fused_place, reaches_floor } = candidate;
  return (
    <div className="mt-3 grid gap-x-8 gap-y-4 rounded-lg bg-ground p-3.5 text-xs sm:grid-cols-2">
      <table className="w-full self-start">
        <caption className="pb-1.5 text-start font-medium text-ink">What its score is made of</caption>
        <tbody>
          {PARTS.flatMap(({ factors, colour }) =>
            factors.map(({ name, weight, of }) => {
              const value = of(candidate);
              return (
                <tr key={name}>
                  <th scope="row" className="py-0.5 text-start font-normal text-mute">
                    {name}
                  </th>
                  <td className="w-1/3 px-2">
                    <span className="block h-1.5 rounded-full bg-line">
                      <span className={`block h-full rounded-full ${colour}`} style={{ width: `${100 * Math.min(1, Math.max(0, value))}%` }} />
                    </span>
                  </td>
                  <td className="text-end tabular-nums">
                    {value.toFixed(2)} <span className="text-mute">× {weight}</span>
                  </td>
                  <td className="w-10 text-end tabular-nums">{(value * weight).toFixed(1)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
      <dl className="grid grid-cols-[1fr_auto] content-start gap-x-4 gap-y-1">
        <Row name="Place by meaning">{place(meaning.place)}</Row>
        <Row name="Place by words">{place(text_match.place)}</Row>
        <Row name="Text score">{text_match.score === null ? '–' : text_match.score.toFixed(2)}</Row>
        <Row name="Words of the question, by rarity">{percent(text_match.coverage)}</Row>
        <Row name="Whole phrases of the question">{percent(candidate.wording.phrases)}</Row>
        <Row name="Place by both legs">
          {place(fused_place)} <span className="text-mute">({fused.toFixed(4)})</span>
        </Row>
        <Row name="Would do alone to answer">
          {reaches_floor ? (
            <span className="inline-flex items-center gap-1 text-good">
              <Check className="size-3.5" aria-hidden /> Yes
            </span>
          ) : (
            <span className="inline-flex items-center gap-1 text-mute">
              <X className="size-3.5" aria-hidden /> No
            </span>
          )}
        </Row>
      </dl>
    </div>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-mute">{name}</dt>
      <dd className="text-end tabular-nums">{children}</dd>
    </>
  );
}

export const place = (n: number | null) => (n === null ? 'not among the best' : `#${n}`);
export const percent = (share: number) => `${Math.round(share * 100)}%`;

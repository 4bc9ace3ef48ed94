import { Check, X } from 'lucide-react';
import type { Candidate, Floor } from './api';
import { standing } from './parts';

/** The line below which the assistant abstains, and where the first three passages stand to it. */
export function FloorView({ candidates, floor }: { candidates: Candidate[]; floor: Floor }) {
  const first = candidates.filter(({ outcome }) => outcome === 'kept' || outcome === 'below_floor').slice(0, 3);
  if (floor.near === 0 && floor.together === 0) return <p className="text-mute">The floor of this space lets everything pass.</p>;
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full min-w-lg text-xs">
        <thead className="text-mute">
          <tr>
            <th scope="col" className="pb-2 text-start font-normal">
              One passage has to pass one of these
            </th>
            {first[0] &&
              standing(first[0], floor).map(({ name }) => (
                <th key={name} scope="col" className="w-1/5 pb-2 ps-4 text-start font-normal">
                  {name}
                </th>
              ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-t border-line">
          {first.map((candidate) => (
            <tr key={candidate.id}>
              <th scope="row" className="max-w-0 truncate py-2 text-start font-medium">
                {candidate.heading.at(-1) ?? candidate.title}
              </th>
              {standing(candidate, floor).map(({ name, has }) => (
                <td key={name} className="py-2 ps-4 align-top">
                  {has.map(({ value, least }, i) => (
                    <Against key={i} value={value} least={least} />
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A value on its way to what it must be. */
function Against({ value, least }: { value: number; least: number }) {
  const enough = value >= least;
  const most = Math.max(least * 1.6, value, 0.01);
  return (
    <div className="mb-1">
      <span className={`inline-flex items-center gap-1 tabular-nums ${enough ? 'text-good' : 'text-mute'}`}>
        {enough ? <Check className="size-3" aria-hidden /> : <X className="size-3" aria-hidden />}
        {value.toFixed(2)} <span className="text-mute">of {least.toFixed(2)}</span>
        <span className="sr-only">{enough ? 'enough' : 'not enough'}</span>
      </span>
      <span aria-hidden className="relative mt-0.5 block h-1.5 rounded-full bg-line">
        <span className={`block h-full rounded-full ${enough ? 'bg-good' : 'bg-mute'}`} style={{ width: `${(100 * Math.max(0, value)) / most}%` }} />
        <span className="absolute -inset-y-0.5 w-0.5 bg-ink" style={{ left: `${(100 * least) / most}%` }} />
      </span>
    </div>
  );
}

import type { SpaceFigures } from './api';
import { cost, count, duration, hundredths, part, score, share } from './format';

const COLUMNS = ['Conversations', 'Visitors', 'Resolved alone', 'Handed over', 'First response', 'Grounding', 'Stars', 'Sentiment', 'Cost'];

/** Each space beside the others. */
export function SpacesTable({ spaces, open }: { spaces: SpaceFigures[]; open: (id: string) => void }) {
  const rows = spaces.toSorted((a, b) => b.totals.conversations - a.totals.conversations);
  return (
    <section aria-labelledby="by-space" className="rounded-2xl border border-line bg-panel">
      <h2 id="by-space" className="p-4 pb-2 font-semibold">
        By space
      </h2>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="by-space">
        <table className="w-full text-end tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-4 py-2 text-start font-medium">
                Space
              </th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" className="px-3 py-2 text-end font-medium whitespace-nowrap">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {rows.map(({ id, name, removed, totals }) => (
              <tr key={id}>
                <th scope="row" className="px-4 py-2.5 text-start font-medium">
                  {removed ? (
                    <span className="text-mute">{name} (removed)</span>
                  ) : (
                    <button type="button" onClick={() => open(id)} className="rounded text-accent hover:underline">
                      {name}
                    </button>
                  )}
                </th>
                <td className="px-3 py-2.5">{count(totals.conversations)}</td>
                <td className="px-3 py-2.5">{count(totals.visitors)}</td>
                <td className="px-3 py-2.5">{share(part(totals.resolved.alone, totals.resolved.total))}</td>
                <td className="px-3 py-2.5">{count(totals.handoffs.total)}</td>
                <td className="px-3 py-2.5 whitespace-nowrap">{duration(totals.first_response.p50_ms)}</td>
                <td className="px-3 py-2.5">{share(totals.grounding.mean)}</td>
                <td className="px-3 py-2.5">{score(totals.csat.mean)}</td>
                <td className="px-3 py-2.5">{hundredths(totals.sentiment.mean)}</td>
                <td className="px-3 py-2.5">{cost(totals.usage.cost_nanos)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

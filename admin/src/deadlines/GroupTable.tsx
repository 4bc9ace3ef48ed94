import { useId } from 'react';
import { count, duration, share } from '../overview/format';
import { KIND_WORDS, KINDS, PRIORITY_WORDS, type Kept, type OfGroup, type Priority } from './api';

/** How deadlines were kept by whose they were. */
export function GroupTable({ title, groups, none }: { title: string; groups: OfGroup[]; none: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-2xl border border-line bg-panel p-4">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      <div role="group" aria-labelledby={id} tabIndex={0} className="mt-2 overflow-x-auto">
        <table className="w-full text-start tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="py-1.5 pe-3 text-start font-medium">
                <span className="sr-only">{title}</span>
              </th>
              {KINDS.map((kind) => (
                <th key={kind} scope="col" className="py-1.5 ps-3 text-end font-medium whitespace-nowrap">
                  {KIND_WORDS[kind]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ key, name, kept }) => (
              <tr key={key ?? ''} className="border-t border-line align-top">
                <th scope="row" className="max-w-40 truncate py-2 pe-3 text-start font-normal">
                  {PRIORITY_WORDS[key as Priority] ?? name ?? none}
                </th>
                {KINDS.map((kind) => (
                  <Cell key={kind} kept={kept[kind]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ kept: { met, breached, median_seconds } }: { kept: Kept }) {
  const all = met + breached;
  return (
    <td className="py-2 ps-3 text-end whitespace-nowrap">
      {share(all > 0 ? met / all : null)}
      {(all > 0 || median_seconds !== null) && (
        <span className="block text-xs text-mute">
          {count(met)} of {count(all)}
          <span className="max-sm:hidden"> · </span>
          <span className="max-sm:block">{duration(median_seconds === null ? null : median_seconds * 1_000)}</span>
        </span>
      )}
    </td>
  );
}

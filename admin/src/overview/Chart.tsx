import { useId } from 'react';
import { longSlotName, type Format } from './format';
import { Key, Plot, type Row } from './Plot';

interface ChartProps {
  title: string;
  /** What is counted, in a sentence. */
  about: string;
  slots: string[];
  rows: Row[];
  format: Format;
  domain?: [number, number];
  /** Of those a figure of the whole period would be of: nothing is drawn where there were none. */
  none?: string | false;
}

/** A picture for the eye, and the same as a table for who does not see it. */
export function Chart({ title, about, slots, rows, format, domain, none }: ChartProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex min-w-0 flex-col rounded-2xl border border-line bg-panel p-4">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      <p className="mt-0.5 text-xs text-mute">{about}</p>
      <div className="mt-3 h-52">
        {none ? (
          <p className="grid h-full place-items-center rounded-xl bg-sunken px-4 text-center text-mute">{none}</p>
        ) : (
          <div aria-hidden className="h-full">
            <Plot slots={slots} rows={rows} format={format} {...(domain && { domain })} />
          </div>
        )}
      </div>
      <ul aria-hidden className="mt-3 flex min-h-4 flex-wrap gap-x-4 gap-y-1 text-xs text-mute">
        {rows.map(({ name, colour, look }) => (
          <li key={name} className="flex items-center gap-1.5">
            <Key colour={colour} dashed={look === 'dashed'} /> {name}
          </li>
        ))}
      </ul>
      {!none && (
        // A table does not shrink to a pixel; a box around it does.
        <div className="sr-only">
          <table>
            <caption>{title}</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                {rows.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {slots.map((at, i) => (
                <tr key={at}>
                  <th scope="row">{longSlotName(at)}</th>
                  {rows.map(({ name, values }) => (
                    <td key={name}>{format(values[i])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

import { useState } from 'react';
import { box } from '../ui/Inputs';
import { KIND_WORDS, KINDS, PRIORITIES, PRIORITY_WORDS, type Kind, type Priority, type Targets } from './api';
import { minutesOf, spanOf } from './span';

interface TargetTableProps {
  targets: Targets;
  /** Minutes of a day. */
  day: number;
  change: (targets: Targets) => void;
  /** Whether what is typed somewhere is no span of time. */
  broken: (broken: boolean) => void;
  fault: (field: string) => string | undefined;
}

type Typed = Partial<Record<`${Priority}.${Kind}`, string>>;

/** What is promised by priority, typed as people write it. */
export function TargetTable({ targets, day, change, broken, fault }: TargetTableProps) {
  const [typed, setTyped] = useState<Typed>({});
  const type = (priority: Priority, kind: Kind, text: string) => {
    const now = { ...typed, [`${priority}.${kind}`]: text };
    setTyped(now);
    broken(Object.values(now).some((one) => minutesOf(one, day) === undefined));
    const minutes = minutesOf(text, day);
    if (minutes !== undefined) change({ ...targets, [priority]: { ...targets[priority], [kind]: minutes } });
  };
  const leave = (cell: keyof Typed) => {
    const { [cell]: text = '', ...rest } = typed;
    // What cannot be read stays, to be put right.
    if (minutesOf(text, day) !== undefined) setTyped(rest);
  };
  return (
    <table className="w-full border-separate border-spacing-y-1.5">
      <caption className="sr-only">Targets</caption>
      <thead>
        <tr>
          <th scope="col" className="w-20 text-start text-xs font-medium text-mute">
            Priority
          </th>
          {KINDS.map((kind) => (
            <th key={kind} scope="col" className="ps-2 text-start text-xs font-medium text-mute">
              {KIND_WORDS[kind]} within
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {PRIORITIES.map((priority) => (
          <tr key={priority} className="align-top">
            <th scope="row" className="pt-2 text-start font-medium">
              {PRIORITY_WORDS[priority]}
            </th>
            {KINDS.map((kind) => {
              const cell = `${priority}.${kind}` as const;
              const text = typed[cell] ?? spanOf(targets[priority][kind], day);
              const wrong = minutesOf(text, day) === undefined ? 'Write it as 30m, 4h or 2d.' : fault(`targets.${cell}`);
              return (
                <td key={kind} className="ps-2">
                  <input
                    aria-label={`${KIND_WORDS[kind]}, ${PRIORITY_WORDS[priority].toLowerCase()}`}
                    aria-invalid={wrong ? true : undefined}
                    aria-describedby={wrong ? `wrong-${cell}` : undefined}
                    value={text}
                    placeholder="none"
                    autoComplete="off"
                    onChange={({ target }) => type(priority, kind, target.value)}
                    onBlur={() => leave(cell)}
                    className={`${box} h-9 tabular-nums placeholder:text-mute`}
                  />
                  {wrong && (
                    <p id={`wrong-${cell}`} className="mt-1 text-xs text-bad">
                      {wrong}
                    </p>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { useId } from 'react';

interface PillsProps {
  label: string;
  /** What is meant where none is chosen. */
  any: string;
  /** None while they are on their way. */
  options: readonly { id: string; name: string }[] | undefined;
  chosen: readonly string[];
  change: (chosen: string[]) => void;
  fault: string | undefined;
}

/** Any of a few things, or all of them where none is chosen. What is chosen and gone can only be taken away. */
export function Pills({ label, any, options, chosen, change, fault }: PillsProps) {
  const id = useId();
  const said = fault && (
    <p id={`${id}-said`} className="mt-1.5 text-xs text-bad">
      {fault}
    </p>
  );
  if (!options) return said;
  const gone = chosen.filter((one) => !options.some((option) => option.id === one));
  const all = [...options, ...gone.map((one) => ({ id: one, name: 'One that is gone' }))];
  if (all.length === 0) return said;
  const pill = 'h-8 max-w-full truncate rounded-full border border-line px-3 text-xs font-medium text-mute hover:border-strong hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent';
  return (
    <div role="group" aria-labelledby={id} aria-describedby={fault && `${id}-said`}>
      <p id={id} className="mb-1.5 text-xs font-medium text-mute">
        {label}
      </p>
      <div className="flex flex-wrap gap-1.5">
        <button type="button" aria-pressed={chosen.length === 0} onClick={() => change([])} className={pill}>
          {any}
        </button>
        {all.map(({ id: one, name }) => (
          <button
            key={one}
            type="button"
            aria-pressed={chosen.includes(one)}
            onClick={() => change(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one])}
            className={pill}
          >
            {name}
          </button>
        ))}
      </div>
      {said}
    </div>
  );
}

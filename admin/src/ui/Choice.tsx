import { useId, type ReactNode } from 'react';

interface ChoiceProps<T extends string> {
  label: string;
  hint?: ReactNode;
  value: T;
  options: readonly { value: T; label: string }[];
  change: (value: T) => void;
}

/** One of a few words, all in sight. */
export function Choice<T extends string>({ label, hint, value, options, change }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend className="mb-1.5 font-medium text-ink">{label}</legend>
      <div className="flex flex-wrap rounded-lg border border-strong bg-panel p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex h-8.5 min-w-fit flex-1 cursor-pointer items-center justify-center rounded-md px-2 text-center font-medium text-mute outline-accent hover:text-ink has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2"
          >
            <input type="radio" name={id} className="sr-only" checked={option.value === value} onChange={() => change(option.value)} />
            <span className="whitespace-nowrap">{option.label}</span>
          </label>
        ))}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-mute">
          {hint}
        </p>
      )}
    </fieldset>
  );
}

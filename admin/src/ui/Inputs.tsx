import { useId, type ComponentProps, type ReactNode } from 'react';

export const box = 'w-full rounded-lg border border-strong bg-panel px-3 text-base focus-visible:border-accent focus-visible:outline-offset-0 disabled:opacity-55 sm:text-sm';

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** Why the server did not take it. */
  fault?: string | undefined;
}

interface Described {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** A label, what stands under it, and what to know of that: [Field] is the same of an input. */
function Labelling({ label, hint, fault, children }: Labelled & { children: (described: Described) => ReactNode }) {
  const id = useId();
  const said = fault ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': said ? `${id}-said` : undefined, 'aria-invalid': fault ? true : undefined })}
      {said && (
        <p id={`${id}-said`} className={`mt-1.5 text-xs ${fault ? 'text-bad' : 'text-mute'}`}>
          {said}
        </p>
      )}
    </div>
  );
}

export function TextArea({ label, hint, fault, className = '', ...area }: Labelled & ComponentProps<'textarea'>) {
  return (
    <Labelling label={label} hint={hint} fault={fault}>
      {(described) => <textarea rows={4} {...area} {...described} className={`${box} block py-2 leading-relaxed ${className}`} />}
    </Labelling>
  );
}

/** The browser's own list: what a phone shows best. */
export function Select({ label, hint, fault, className = '', children, ...select }: Labelled & ComponentProps<'select'>) {
  return (
    <Labelling label={label} hint={hint} fault={fault}>
      {(described) => (
        <select {...select} {...described} className={`${box} h-10 ${className}`}>
          {children}
        </select>
      )}
    </Labelling>
  );
}

/** On or off, at once. */
export function Switch({ label, hint, ...input }: { label: string; hint?: ReactNode } & Omit<ComponentProps<'input'>, 'type'>) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <input
        {...input}
        id={id}
        type="checkbox"
        role="switch"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 h-6 w-10 shrink-0 cursor-pointer appearance-none rounded-full bg-strong transition-colors before:block before:size-5 before:translate-0.5 before:rounded-full before:bg-on-accent before:transition-transform checked:bg-accent-fill checked:before:translate-x-4.5 disabled:opacity-55"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="mt-0.5 text-xs text-mute">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

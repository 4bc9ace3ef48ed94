import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactNode } from 'react';

type FieldProps = {
  label: string;
  hint?: ReactNode;
  /** Why the server did not take it. */
  fault?: string | undefined;
  end?: ReactNode;
} & ComponentProps<'input'>;

/** A labelled input, what to know of it below, and a button in its end. */
export function Field({ label, hint, fault, end, className = '', ...input }: FieldProps) {
  const id = useId();
  const said = fault ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          aria-describedby={said ? `${id}-said` : undefined}
          aria-invalid={fault ? true : undefined}
          {...input}
          // 16 px on a phone: a smaller one makes iOS zoom in.
          className={`h-10 w-full rounded-lg border border-strong bg-panel px-3 text-base focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm ${end ? 'pe-11' : ''} ${className}`}
        />
        {end && <div className="absolute inset-y-0 end-0.5 flex items-center">{end}</div>}
      </div>
      {said && (
        <p id={`${id}-said`} className={`mt-1.5 text-xs ${fault ? 'text-bad' : 'text-mute'}`}>
          {said}
        </p>
      )}
    </div>
  );
}

/** One that can be looked at. */
export function PasswordField({ label = 'Password', ...input }: Omit<FieldProps, 'label' | 'end' | 'type'> & { label?: string }) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label={label}
      type={shown ? 'text' : 'password'}
      required
      {...input}
      end={
        <button
          type="button"
          aria-label="Show the password"
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="grid size-9 place-items-center rounded-md text-mute hover:text-ink"
        >
          {shown ? <EyeOff className="size-4" aria-hidden /> : <Eye className="size-4" aria-hidden />}
        </button>
      }
    />
  );
}

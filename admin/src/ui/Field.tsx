import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type ComponentProps, type ReactNode } from 'react';

type FieldProps = { label: string; hint?: ReactNode; end?: ReactNode } & ComponentProps<'input'>;

/** A labelled input, what to know of it below, and a button in its end. */
export function Field({ label, hint, end, className = '', ...input }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          aria-describedby={hint ? `${id}-hint` : undefined}
          {...input}
          // 16 px on a phone: a smaller one makes iOS zoom in.
          className={`h-10 w-full rounded-lg border border-strong bg-panel px-3 text-base focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm ${end ? 'pe-11' : ''} ${className}`}
        />
        {end && <div className="absolute inset-y-0 end-0.5 flex items-center">{end}</div>}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-mute">
          {hint}
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

import { useMutation } from '@tanstack/react-query';
import { CircleAlert, Eye, EyeOff } from 'lucide-react';
import { useEffect, useId, useState, type ComponentProps, type FormEvent, type ReactNode } from 'react';
import { Problem, sentence } from '../api/problem';
import { Button } from '../ui/Button';
import { useSession } from './session';

export function LoginForm() {
  const session = useSession();
  const [shown, setShown] = useState(false);
  const login = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => session.logIn(email, password),
  });
  const wait = useWait(login.error);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    login.mutate({ email: String(fields.get('email')).trim(), password: String(fields.get('password')) });
  };

  return (
    <form onSubmit={submit} className="space-y-4">
      <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
      <Field
        label="Password"
        name="password"
        type={shown ? 'text' : 'password'}
        autoComplete="current-password"
        required
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
      {login.error && (
        <p role="alert" className="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2.5 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {sentence(login.error)}
        </p>
      )}
      <Button type="submit" look="primary" className="h-10 w-full" disabled={login.isPending || wait > 0}>
        {login.isPending ? 'Logging in…' : wait > 0 ? `Try again in ${wait} s` : 'Log in'}
      </Button>
    </form>
  );
}

function Field({ label, end, ...input }: { label: string; end?: ReactNode } & ComponentProps<'input'>) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          {...input}
          // 16 px on a phone: a smaller one makes iOS zoom in.
          className="h-10 w-full rounded-lg border border-strong bg-panel px-3 text-base focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm"
        />
        {end && <div className="absolute inset-y-0 end-0.5 flex items-center">{end}</div>}
      </div>
    </div>
  );
}

/** Seconds until the server takes another attempt, counted down. */
function useWait(error: Error | null): number {
  const [left, setLeft] = useState(0);
  const [last, setLast] = useState(error);
  if (error !== last) {
    setLast(error);
    setLeft((error instanceof Problem && error.retryAfter) || 0);
  }
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}

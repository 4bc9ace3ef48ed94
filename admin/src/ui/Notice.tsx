import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { sentence } from '../api/problem';

/** Why something was not done. */
export function Refusal({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <p role="alert" className="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2.5 text-bad">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      {sentence(error)}
    </p>
  );
}

/** That something was done. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex items-start gap-2 rounded-lg bg-good-soft px-3 py-2.5 text-good">
      <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span>{children}</span>
    </p>
  );
}

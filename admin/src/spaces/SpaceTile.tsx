import { EyeOff } from 'lucide-react';

export function SpaceTile({ name }: { name: string }) {
  return (
    <span aria-hidden className="grid size-6 shrink-0 place-items-center rounded-md bg-accent-soft text-xs font-semibold text-accent">
      {name.charAt(0).toUpperCase()}
    </span>
  );
}

/** Of a space that is not published. */
export function Hidden() {
  return (
    <>
      <EyeOff className="size-3.5 shrink-0" aria-hidden />
      <span className="sr-only">(not published)</span>
    </>
  );
}

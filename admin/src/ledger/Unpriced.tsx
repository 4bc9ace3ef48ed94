import { CircleAlert } from 'lucide-react';

/** That models have no price, and what to do about it. */
export function Unpriced({ models }: { models: string[] }) {
  if (models.length === 0) return null;
  return (
    <p role="alert" className="flex items-start gap-2 rounded-lg bg-warn-soft px-3 py-2.5 text-warn">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span>
        No price is known for <strong className="font-semibold wrap-anywhere">{models.join(', ')}</strong>. What calls to {models.length === 1 ? 'it' : 'them'} cost is missing from these figures. Whoever runs this installation can add it to the price book.
      </span>
    </p>
  );
}

import { ArrowUp, X } from 'lucide-react';
import { useId, useRef, type ReactNode } from 'react';
import { box } from './Inputs';

interface ListFieldProps {
  label: string;
  hint?: ReactNode;
  /** Why the server did not take it. */
  fault?: string | undefined;
  /** What one is called, as "question". */
  one: string;
  items: readonly string[];
  change: (items: string[]) => void;
  most: number;
  placeholder?: string;
  maxLength?: number;
  /** Whether the first counts before the second. */
  ordered?: boolean;
}

/** Short texts, each in a line of its own, and an empty line for one more. */
export function ListField({ label, hint, fault, one, items, change, most, placeholder, maxLength, ordered }: ListFieldProps) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const rows = items.length < most ? [...items, ''] : items;
  const put = (at: number, text: string) => change(rows.map((row, i) => (i === at ? text : row)).filter((row, i) => row !== '' || i < items.length));
  const focus = (at: number) => list.current?.querySelectorAll('input')[at]?.focus();
  const remove = (at: number) => {
    change(items.filter((_, i) => i !== at));
    focus(Math.max(0, at - 1));
  };
  const raise = (at: number) => {
    change(items.map((item, i) => (i === at - 1 ? items[at] : i === at ? items[at - 1] : item) ?? ''));
    focus(at - 1);
  };
  const said = fault ?? hint;
  return (
    <div role="group" aria-labelledby={id} aria-describedby={said ? `${id}-said` : undefined}>
      <p id={id} className="mb-1.5 font-medium">
        {label}
      </p>
      <ul ref={list} className="space-y-1.5">
        {rows.map((row, i) => (
          <li key={i} className="flex items-center gap-1">
            <input
              value={row}
              onChange={(event) => put(i, event.target.value)}
              aria-label={`${i < items.length ? '' : 'New '}${one} ${i + 1}`}
              aria-invalid={fault ? true : undefined}
              placeholder={i < items.length ? undefined : (placeholder ?? `Add a ${one}`)}
              maxLength={maxLength}
              className={`${box} h-10 min-w-0 flex-1`}
            />
            {ordered && (
              <RowButton label={`Move ${one} ${i + 1} up`} hidden={i === 0 || i >= items.length} act={() => raise(i)}>
                <ArrowUp className="size-4" aria-hidden />
              </RowButton>
            )}
            <RowButton label={`Remove ${one} ${i + 1}`} hidden={i >= items.length} act={() => remove(i)}>
              <X className="size-4" aria-hidden />
            </RowButton>
          </li>
        ))}
      </ul>
      {said && (
        <p id={`${id}-said`} className={`mt-1.5 text-xs ${fault ? 'text-bad' : 'text-mute'}`}>
          {said}
        </p>
      )}
    </div>
  );
}

function RowButton({ label, hidden, act, children }: { label: string; hidden: boolean; act: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={act}
      className={`grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink ${hidden ? 'invisible' : ''}`}
    >
      {children}
    </button>
  );
}

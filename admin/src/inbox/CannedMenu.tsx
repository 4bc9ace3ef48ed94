import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Zap } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useApi } from '../api/client';
import { cannedQuery, type CannedReply } from '../canned/api';
import { lookedFor, matching } from '../canned/match';
import { actOf } from '../canned/words';
import type { Conversation } from './api';

/** In the list at most: who wants another types on. */
const SHOWN = 50;

interface Looking {
  text: string;
  caret: number;
  /** Whether replies are offered here. */
  on: boolean;
  insert: (reply: CannedReply, start: number) => void;
}

/** The canned replies that what stands behind a `/` at the caret looks for, and the keys that choose one. */
export function useCanned({ space }: Pick<Conversation, 'space'>, { text, caret, on, insert }: Looking) {
  const { data: replies } = useQuery(cannedQuery(useApi()));
  const id = useId();
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [chosen, setChosen] = useState({ of: '', at: 0 });
  const looking = on ? lookedFor(text, caret) : null;
  const open = looking !== null && looking.start !== dismissed && replies !== undefined;
  if (dismissed !== null && looking?.start !== dismissed) setDismissed(null);
  const here = replies?.filter((reply) => reply.space === null || reply.space === space) ?? [];
  const found = open ? matching(here, looking.word).slice(0, SHOWN) : [];
  // Another word begins at the top again.
  const of = looking ? `${looking.start} ${looking.word}` : '';
  const at = chosen.of === of ? Math.min(chosen.at, found.length - 1) : 0;
  const take = (reply: CannedReply | undefined) => reply && looking && insert(reply, looking.start);

  return {
    id,
    found,
    at,
    /** Whether there is none at all, which is said once somebody looks. */
    none: open && replies.length === 0,
    take,
    choose: (index: number) => setChosen({ of, at: index }),
    dismiss: () => looking && setDismissed(looking.start),
    /** Whether the press was for the list. */
    pressed: (event: KeyboardEvent): boolean => {
      if (found.length === 0 || event.nativeEvent.isComposing) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setChosen({ of, at: (at + step + found.length) % found.length });
      else if ((event.key === 'Enter' && !event.shiftKey) || (event.key === 'Tab' && !event.shiftKey)) take(found[at]);
      else if (event.key === 'Escape' && looking) setDismissed(looking.start);
      else return false;
      event.preventDefault();
      return true;
    },
    /** Of the field that it belongs to. */
    field:
      found.length > 0
        ? ({ role: 'combobox', 'aria-expanded': true, 'aria-haspopup': 'listbox', 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-activedescendant': `${id}-${at}` } as const)
        : {},
  };
}

/** Above the field. */
export function CannedMenu({ canned }: { canned: ReturnType<typeof useCanned> }) {
  const { id, found, at, none, take, choose } = canned;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [at, found.length]);
  const place = 'absolute inset-x-0 bottom-full z-20 mb-2 animate-rise rounded-xl border border-line bg-panel shadow-pop';
  if (none) {
    return (
      <p className={`${place} px-4 py-3 text-mute`}>
        There are no canned replies yet.{' '}
        <Link to="/canned-replies" className="font-medium text-accent underline underline-offset-2">
          Write the first one
        </Link>
      </p>
    );
  }
  if (found.length === 0) return null;
  return (
    <div className={place}>
      <ul ref={list} id={id} role="listbox" aria-label="Canned replies" className="max-h-72 overflow-y-auto overscroll-contain p-1">
        {found.map((reply, i) => (
          <li
            key={reply.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(reply)}
            onPointerMove={() => i !== at && choose(i)}
            className="cursor-default rounded-lg px-3 py-2 aria-selected:bg-sunken"
          >
            <Line reply={reply} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Line({ reply }: { reply: CannedReply }) {
  const act = actOf(reply);
  return (
    <>
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="min-w-0 truncate font-medium">{reply.title}</span>
        <code className="shrink-0 font-mono text-xs text-mute">/{reply.shortcut}</code>
        {act && (
          <span className="ms-auto inline-flex shrink-0 items-center gap-1 text-xs text-accent">
            <Zap className="size-3" aria-hidden />
            <span className="sr-only">, then </span>
            {reply.act === 'resolve' ? 'Resolves' : 'Puts off'}
          </span>
        )}
      </span>
      <span className="mt-0.5 block truncate text-xs text-mute">{reply.text}</span>
    </>
  );
}

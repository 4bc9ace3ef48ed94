import { useNavigate } from '@tanstack/react-router';
import { Search as SearchIcon, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isPressed } from '../app/keys';
import { Empty } from '../ui/Empty';
import { SEARCH_CHARS } from './api';
import type { InboxSearch } from './search';

const SearchResults = lazy(async () => ({ default: (await import('./SearchResults')).SearchResults }));

/** After a pause of so long in typing it is searched. */
const PAUSE_MS = 250;

/** Conversations by what was said in them, in place of the list. The field has the focus at once: what is typed next is for it. */
export function Search({ q, search, close }: { q: string; search: InboxSearch; close: () => void }) {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  useLayoutEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (text === q) return;
    const later = setTimeout(() => void navigate({ to: '.', search: (before) => ({ ...before, q: text }), replace: true }), PAUSE_MS);
    return () => clearTimeout(later);
  }, [text, q, navigate]);
  const leave = () => {
    close();
    void navigate({ to: '.', search: ({ view, space }: InboxSearch) => ({ ...(view && { view }), ...(space && { space }) }) });
  };
  return (
    <>
      <search className="relative flex h-14 shrink-0 items-center border-b border-line px-2">
        <SearchIcon className="pointer-events-none absolute start-5 size-4 text-mute" aria-hidden />
        <input
          ref={input}
          type="text"
          enterKeyHint="search"
          aria-label="Search conversations"
          placeholder="Search what was said"
          maxLength={SEARCH_CHARS}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => isPressed('leave', event) && leave()}
          className="h-10 w-full rounded-lg border border-strong bg-panel ps-9 pe-10 text-base focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm"
        />
        <button type="button" aria-label="Close the search" onClick={leave} className="absolute end-3 grid size-8 place-items-center rounded-md text-mute hover:text-ink">
          <X className="size-4" aria-hidden />
        </button>
      </search>
      {/[\p{L}\p{N}]/u.test(q) ? (
        <Suspense>
          <SearchResults q={q} search={search} />
        </Suspense>
      ) : (
        <Empty icon={SearchIcon} title="Search conversations">
          <p>By the words of one message. “Two words” in quotes stand together.</p>
        </Empty>
      )}
    </>
  );
}

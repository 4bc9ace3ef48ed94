import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search as SearchIcon, SearchX, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../api/client';
import { isPressed } from '../app/keys';
import { spacesQuery } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { SkeletonRows } from '../ui/Skeleton';
import { SEARCH_CHARS, searchQuery } from './api';
import { ConversationRow } from './ConversationRow';
import { useNow } from './now';
import { toShown, type InboxSearch } from './search';

/** After a pause of so long in typing it is searched. */
const PAUSE_MS = 250;

/** Conversations by what was said in them, in place of the list. */
export function Search({ q, search }: { q: string; search: InboxSearch }) {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(q);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (text === q) return;
    const later = setTimeout(() => void navigate({ to: '.', search: (before) => ({ ...before, q: text }), replace: true }), PAUSE_MS);
    return () => clearTimeout(later);
  }, [text, q, navigate]);
  const leave = () => void navigate({ to: '.', search: ({ view, space }: InboxSearch) => ({ ...(view && { view }), ...(space && { space }) }) });
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
        <Results q={q} search={search} />
      ) : (
        <Empty icon={SearchIcon} title="Search conversations">
          <p>By the words of one message. “Two words” in quotes stand together.</p>
        </Empty>
      )}
    </>
  );
}

function Results({ q, search }: { q: string; search: InboxSearch }) {
  const api = useApi();
  const { data: spaces } = useQuery(spacesQuery(api));
  const { space } = toShown(search, spaces ?? []);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    ...searchQuery(api, q.trim(), space),
    enabled: Boolean(spaces),
  });
  const now = useNow();
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Searching" />;
  const found = data.pages.flatMap(({ items }) => items);
  if (found.length === 0) {
    return (
      <Empty icon={SearchX} title="Nothing found">
        <p>No message has all of these words.</p>
      </Empty>
    );
  }
  const words = q.match(/[\p{L}\p{N}]+/gu) ?? [];
  return (
    <nav aria-label="Search results" className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <ul>
        {found.map(({ conversation, message }) => (
          <li key={conversation.id}>
            <ConversationRow
              conversation={conversation}
              search={search}
              now={now}
              space={spaces && spaces.length > 1 && !space ? spaces.find(({ id }) => id === conversation.space)?.name : undefined}
              found={{ message, words }}
            />
          </li>
        ))}
      </ul>
      {hasNextPage && <More label="More results" busy={isFetchingNextPage} load={fetchNextPage} />}
    </nav>
  );
}

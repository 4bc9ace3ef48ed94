import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useApi } from '../api/client';
import { Problem, sentence } from '../api/problem';
import { spacesQuery } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { SkeletonRows } from '../ui/Skeleton';
import { searchQuery } from './api';
import { ConversationRow } from './ConversationRow';
import { useNow } from './now';
import { toShown, type InboxSearch } from './search';

/** Conversations by what was said in them. */
export function SearchResults({ q, search }: { q: string; search: InboxSearch }) {
  const api = useApi();
  const { data: spaces } = useQuery(spacesQuery(api));
  const { space } = toShown(search, spaces ?? []);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    ...searchQuery(api, q.trim(), space),
    enabled: Boolean(spaces),
  });
  const now = useNow();
  if (error instanceof Problem && error.status === 400) {
    return (
      <Empty icon={SearchX} title="This cannot be searched">
        <p>{sentence(error)}</p>
      </Empty>
    );
  }
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

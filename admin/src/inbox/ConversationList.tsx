import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Inbox, PartyPopper, RefreshCw } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { spacesQuery } from '../spaces/api';
import { Button, buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { SkeletonRows } from '../ui/Skeleton';
import { inboxQuery, type Conversation } from './api';
import { ConversationRow } from './ConversationRow';
import { useNow } from './now';
import { SetsUp } from './SetsUp';
import { toShown, type InboxSearch } from './search';
import { useSteady } from './steady';

const ROW_PX = 92;

/** The conversations that are shown, what is most urgent first. Only the rows in view are there; more are read as one scrolls. */
export function ConversationList({ search }: { search: InboxSearch }) {
  const { data: spaces } = useQuery(spacesQuery(useApi()));
  if (!spaces) return <SkeletonRows label="Loading conversations" />;
  return <List search={search} spaces={spaces} />;
}

function List({ search, spaces }: { search: InboxSearch; spaces: { id: string; slug: string; name: string }[] }) {
  const shown = toShown(search, spaces);
  const found = useInfiniteQuery(inboxQuery(useApi(), shown));
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  const conversations = useMemo(() => data?.pages.flatMap(({ items }) => items), [data]);
  const { rows, isBehind, hold, letGo } = useSteady(conversations ?? [], JSON.stringify(shown));
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing that is made here is kept by another hook
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 8 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 10) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length]);

  useSteps(rows, search, (index, id) => {
    virtual.scrollToIndex(index);
    if (box.current?.contains(document.activeElement)) box.current.querySelector<HTMLElement>(`a[href*="${id}"]`)?.focus({ preventScroll: true });
  });

  if (!conversations) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading conversations" />;
  if (rows.length === 0) return <NoneHere search={search} slug={spaces[0]?.slug} />;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {error && <Stale />}
      <nav
        ref={box}
        aria-label="Conversations"
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
        onPointerEnter={hold}
        onPointerLeave={letGo}
      >
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ key, index, start }) => {
            const conversation = rows[index];
            if (!conversation) return null;
            return (
              <li key={key} className="absolute inset-x-0 top-0" style={{ height: ROW_PX, transform: `translateY(${start}px)` }} aria-setsize={hasNextPage ? -1 : rows.length} aria-posinset={index + 1}>
                <ConversationRow
                  conversation={conversation}
                  search={search}
                  now={now}
                  space={spaces.length > 1 && !shown.space ? spaces.find(({ id }) => id === conversation.space)?.name : undefined}
                />
              </li>
            );
          })}
        </ul>
      </nav>
      {isBehind && (
        <Button className="absolute top-2 self-center rounded-full shadow-pop" onClick={hold}>
          <RefreshCw className="size-4" aria-hidden /> Update list
        </Button>
      )}
    </div>
  );
}

/** Keys lead to the conversations beside the open one; where it has left the list, to those that were. */
function useSteps(rows: Conversation[], search: InboxSearch, show: (index: number, id: string) => void) {
  const { conversation: open } = useParams({ strict: false });
  const navigate = useNavigate();
  const place = useRef(-1);
  const at = rows.findIndex(({ id }) => id === open);
  useEffect(() => {
    if (at >= 0) place.current = at;
  }, [at]);
  const to = (index: number) => {
    const next = rows[index];
    if (!next) return;
    void navigate({ to: '/inbox/$conversation', params: { conversation: next.id }, search });
    show(index, next.id);
  };
  const last = rows.length - 1;
  useKeys({
    next: () => to(at >= 0 ? at + 1 : Math.min(Math.max(place.current, 0), last)),
    previous: () => to(at >= 0 ? at - 1 : Math.min(Math.max(place.current - 1, 0), last)),
  });
}

function NoneHere({ search, slug }: { search: InboxSearch; slug: string | undefined }) {
  if (search.view && search.view !== 'all') {
    return (
      <Empty icon={PartyPopper} title="Nothing here">
        <p>{search.view === 'waiting' ? 'Nobody waits for a person.' : 'No conversation is in this view.'}</p>
      </Empty>
    );
  }
  return (
    <Empty icon={Inbox} title="No conversations">
      <p>They appear here as soon as a visitor writes.</p>
      {slug && (
        <Link to="/spaces/$space/install" params={{ space: slug }} className={buttonLook('primary')}>
          Install the widget
        </Link>
      )}
      <div className="md:hidden">
        <SetsUp />
      </div>
    </Empty>
  );
}

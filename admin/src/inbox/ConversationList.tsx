import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useApi } from '../api/client';
import { useSpace } from '../spaces/api';
import { Button, buttonLook } from '../ui/Button';
import { Failure, Stale } from '../ui/Failure';
import { Empty } from '../ui/Empty';
import { SkeletonRows } from '../ui/Skeleton';
import { conversationsQuery } from './api';
import { ConversationRow } from './ConversationRow';

/** The conversations of the space, newest first, read on as one scrolls. */
export function ConversationList() {
  const space = useSpace();
  const found = useInfiniteQuery(conversationsQuery(useApi(), space.id));
  const { data: conversations, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;

  if (!conversations) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading conversations" />;
  if (conversations.length === 0) return <NoneYet slug={space.slug} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {error && <Stale />}
      <nav aria-label="Conversations" className="min-h-0 flex-1 overflow-y-auto overscroll-contain" onKeyDown={walk}>
        <ul className="divide-y divide-line">
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <ConversationRow conversation={conversation} slug={space.slug} />
            </li>
          ))}
        </ul>
        {hasNextPage && <More busy={isFetchingNextPage} load={fetchNextPage} />}
      </nav>
    </div>
  );
}

/** Reads on when it comes into view, or when it is pressed. */
function More({ busy, load }: { busy: boolean; load: () => unknown }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (busy || !button.current || !('IntersectionObserver' in window)) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && load());
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [busy, load]);
  return (
    <div className="flex justify-center p-3">
      <Button ref={button} look="quiet" onClick={load} disabled={busy}>
        {busy ? 'Loading…' : 'Show older conversations'}
      </Button>
    </div>
  );
}

function NoneYet({ slug }: { slug: string }) {
  return (
    <Empty icon={MessagesSquare} title="No conversations yet">
      <p>They appear here as soon as a visitor writes. Put the widget on your site to begin.</p>
      <Link to="/spaces/$space/install" params={{ space: slug }} className={buttonLook('primary')}>
        Install the widget
      </Link>
    </Empty>
  );
}

/** Up and down move between the conversations. */
function walk(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  const next = links[links.findIndex((link) => link === document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

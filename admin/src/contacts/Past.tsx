import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../api/client';
import { useNow } from '../inbox/now';
import { StatusBadge } from '../inbox/StatusBadge';
import { exactTime, shortTime } from '../inbox/time';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { SkeletonLines } from '../ui/Skeleton';
import { pastQuery } from './api';

/** A contact's conversations, the one that changed last first; without the one that is open. */
export function Past({ contact, without }: { contact: string; without?: string }) {
  const now = useNow();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(pastQuery(useApi(), contact));
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading conversations" lines={2} />;
  const past = data.filter(({ id }) => id !== without);
  if (past.length === 0 && !hasNextPage) return <p className="text-mute">{without ? 'No other conversation.' : 'No conversation yet.'}</p>;
  return (
    <>
      <ul className="divide-y divide-line rounded-xl border border-line">
        {past.map(({ id, last, status, updated_at }) => (
          <li key={id}>
            <Link to="/inbox/$conversation" params={{ conversation: id }} className="block space-y-1 rounded-xl px-3 py-2.5 hover:bg-sunken">
              <span className="block truncate">{last?.text.replace(/\s*\[S\d+\]/g, '').replace(/[*_`#>]+/g, '') ?? 'Nothing was said yet'}</span>
              <span className="flex items-center justify-between gap-2 text-xs text-mute">
                <StatusBadge status={status} />
                <time dateTime={updated_at} title={exactTime(new Date(updated_at))}>
                  {shortTime(new Date(updated_at), now)}
                </time>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {hasNextPage && <More label="Show older conversations" busy={isFetchingNextPage} load={fetchNextPage} />}
    </>
  );
}

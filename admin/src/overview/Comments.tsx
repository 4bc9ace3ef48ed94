import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Star } from 'lucide-react';
import { useApi } from '../api/client';
import { exactTime, shortTime } from '../inbox/time';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Download } from './Download';
import type { Days } from './range';
import { commentsPath, commentsQuery } from './ratings';

/** What visitors said with their ratings, each leading to its conversation. */
export function Comments({ days, space }: { days: Days; space: string | undefined }) {
  const api = useApi();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(commentsQuery(api, days, space));
  const now = new Date();
  return (
    <section aria-labelledby="comments" className="min-w-0 rounded-2xl border border-line bg-panel">
      <div className="flex flex-wrap items-center gap-2 p-4">
        <h2 id="comments" className="font-semibold">
          Comments
        </h2>
        {data && data.length > 0 && <Download table={{ name: 'comments', path: commentsPath(days, space) }} days={days} />}
      </div>
      {!data && error && <Failure error={error} retry={refetch} />}
      {data?.length === 0 && <p className="px-4 pb-4 text-mute">Nobody said anything with their rating in these days.</p>}
      <ul className="divide-y divide-line border-t border-line empty:hidden">
        {data?.map(({ conversation, score, comment, agent, at }) => (
          <li key={`${conversation} ${at}`} className="space-y-1 px-4 py-3">
            <div className="flex flex-wrap items-center gap-x-3 text-xs text-mute">
              <span className="flex items-center gap-1 font-medium text-ink">
                {score} <Star className="size-3.5 fill-current text-warn" aria-label={score === 1 ? 'star' : 'stars'} />
              </span>
              <span>{agent ?? 'The bot alone'}</span>
              <time dateTime={at} title={exactTime(new Date(at))}>
                {shortTime(new Date(at), now)}
              </time>
              <Link to="/inbox/$conversation" params={{ conversation }} className="ms-auto text-accent hover:underline">
                Open the conversation
              </Link>
            </div>
            <p className="wrap-anywhere whitespace-pre-wrap">{comment}</p>
          </li>
        ))}
      </ul>
      {hasNextPage && <More label="Earlier comments" busy={isFetchingNextPage} load={fetchNextPage} />}
    </section>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../api/client';
import { asSentence } from '../api/problem';
import { exactTime, shortTime } from '../inbox/time';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Tag } from '../ui/Tag';
import { sourcePagesQuery, type Outcome, type SourcePage } from './api';
import { SkeletonTable } from './SkeletonTable';
import { OUTCOME_WORDS } from './words';

const LOOKS: Record<Outcome, 'good' | 'plain' | 'warn' | 'bad'> = { page: 'good', unchanged: 'plain', moved: 'plain', skipped: 'plain', gone: 'warn', failed: 'bad' };

/** What came of every address that the last readings came by. */
export function SourcePages({ source, slug }: { source: string; slug: string }) {
  const found = useInfiniteQuery(sourcePagesQuery(useApi(), source));
  const { data: pages, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  if (!pages) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the pages" />;
  if (pages.length === 0) return <p className="text-mute">No page has been looked at yet.</p>;
  return (
    <section aria-label="Pages" className="min-w-0">
      <ul className="divide-y divide-line rounded-xl border border-line">
        {pages.map((page) => (
          <Row key={page.url} page={page} slug={slug} />
        ))}
      </ul>
      {hasNextPage && <More label="Show more pages" busy={isFetchingNextPage} load={fetchNextPage} />}
    </section>
  );
}

function Row({ page: { url, document, outcome, note, stale, checked_at }, slug }: { page: SourcePage; slug: string }) {
  const at = new Date(checked_at);
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        {document ? (
          <Link to="/spaces/$space/knowledge/documents/$document" params={{ space: slug, document }} className="block truncate font-medium hover:text-accent">
            {url}
          </Link>
        ) : (
          <span className="block truncate">{url}</span>
        )}
        {note && <p className={`mt-0.5 text-xs wrap-anywhere ${outcome === 'failed' ? 'text-bad' : 'text-mute'}`}>{outcome === 'moved' ? `To ${note}` : asSentence(note)}</p>}
        {stale && <p className="mt-0.5 text-xs text-warn">The last reading did not come by: this may be out of date.</p>}
      </div>
      <Tag look={LOOKS[outcome]}>{OUTCOME_WORDS[outcome]}</Tag>
      <time dateTime={checked_at} title={exactTime(at)} className="w-16 shrink-0 pt-0.5 text-end text-xs whitespace-nowrap text-mute tabular-nums max-sm:hidden">
        {shortTime(at, new Date())}
      </time>
    </li>
  );
}

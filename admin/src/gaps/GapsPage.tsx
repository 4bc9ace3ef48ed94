import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheckBig } from 'lucide-react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { exactTime, shortTime } from '../inbox/time';
import { SkeletonTable } from '../knowledge/SkeletonTable';
import { count, figure } from '../knowledge/words';
import { daysOf } from '../overview/range';
import { Spark } from '../overview/Spark';
import { useSpace } from '../spaces/api';
import { buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { More } from '../ui/More';
import { Tag } from '../ui/Tag';
import { walk } from '../ui/walk';
import { gapsQuery, REASONS, type Gap } from './api';
import { gapSearch, SORTS, STATES, type GapSearch } from './search';
import { REASON_WORDS, SORT_WORDS, STATE_WORDS } from './words';

const route = getRouteApi('/spaces/$space/knowledge/gaps');
const columns = 'md:grid md:grid-cols-[minmax(0,1fr)_6rem_7rem_5rem] md:items-center md:gap-6';

/** What visitors ask and the bot does not answer well, by meaning. */
export function GapsPage() {
  const space = useSpace();
  useTitle('Gaps', space.name);
  const search = route.useSearch();
  const days = daysOf({ range: search.days === 7 ? '7d' : search.days === 90 ? '90d' : '30d' }, new Date());
  const { data: gaps, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(gapsQuery(useApi(), space.id, search, days));
  return (
    <>
      {gaps && error && <Stale />}
      <Controls search={search} />
      {!gaps && (error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the gaps" />)}
      {gaps?.length === 0 && <None search={search} slug={space.slug} />}
      {gaps && gaps.length > 0 && (
        <div onKeyDown={walk}>
          <div aria-hidden className={`hidden border-b border-line px-5 py-1.5 text-xs font-medium text-mute ${columns}`}>
            <span>Question</span>
            <span>Trend</span>
            <span className="text-end">Not answered</span>
            <span className="text-end">Last asked</span>
          </div>
          <ul aria-label="Gaps" className="divide-y divide-line">
            {gaps.map((gap) => (
              <li key={gap.id}>
                <Row gap={gap} slug={space.slug} />
              </li>
            ))}
          </ul>
          {hasNextPage && <More label="More gaps" busy={isFetchingNextPage} load={fetchNextPage} />}
        </div>
      )}
    </>
  );
}

const box = 'h-8 rounded-lg border border-line bg-panel px-2 text-base hover:border-strong sm:text-sm';

function Controls({ search }: { search: GapSearch }) {
  const navigate = route.useNavigate();
  const change = (next: { [name in keyof GapSearch]?: unknown }) => void navigate({ search: gapSearch({ ...search, ...next }), replace: true });
  const options = (words: Record<string, string>, order: readonly string[]) =>
    order.map((word) => (
      <option key={word} value={word}>
        {words[word]}
      </option>
    ));
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2 sm:px-5">
      <select aria-label="Which" value={search.state ?? 'open'} onChange={(event) => change({ state: event.target.value })} className={box}>
        {options(STATE_WORDS, [...STATES, 'all'])}
      </select>
      <select aria-label="Order" value={search.sort ?? 'count'} onChange={(event) => change({ sort: event.target.value })} className={box}>
        {options(SORT_WORDS, SORTS)}
      </select>
      <select aria-label="Days" value={search.days ?? 30} onChange={(event) => change({ days: event.target.value })} className={box}>
        {options({ 7: 'Last 7 days', 30: 'Last 30 days', 90: 'Last 90 days' }, ['7', '30', '90'])}
      </select>
    </div>
  );
}

function Row({ gap, slug }: { gap: Gap; slug: string }) {
  const { id, question, state, questions, before, asked, reasons, trend, last_asked } = gap;
  const why = REASONS.filter((reason) => reasons[reason] > 0).map((reason) => `${figure(reasons[reason])} × ${REASON_WORDS[reason]}`);
  const more = questions - before;
  return (
    <Link
      to="/spaces/$space/knowledge/gaps/$gap"
      params={{ space: slug, gap: id }}
      className={`block px-3 py-2.5 hover:bg-ground focus-visible:-outline-offset-2 sm:px-5 ${columns}`}
    >
      <span className="block min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{question || 'A question that is gone'}</span>
          {state !== 'open' && <Tag look={state === 'answered' ? 'good' : 'plain'}>{STATE_WORDS[state]}</Tag>}
        </span>
        <span className="line-clamp-2 block text-xs text-mute">{why.join(', ')}</span>
      </span>
      <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-mute md:contents">
        <span aria-hidden className="w-20 md:w-auto">
          <Spark values={trend} />
        </span>
        <span className="md:text-end">
          <span className="font-medium text-ink tabular-nums">
            {figure(questions)} of {figure(asked)}
          </span>
          <span className={`block tabular-nums ${more > 0 ? 'text-bad' : more < 0 ? 'text-good' : ''} max-md:inline max-md:ps-2`}>
            {more === 0 ? 'as before' : `${more > 0 ? '+' : '−'}${figure(Math.abs(more))}`}
            <span className="sr-only"> against {count(before, 'question')} in the days before</span>
          </span>
        </span>
        {last_asked && (
          <time dateTime={last_asked} title={exactTime(new Date(last_asked))} className="max-md:ms-auto md:text-end">
            {shortTime(new Date(last_asked), new Date())}
          </time>
        )}
      </span>
    </Link>
  );
}

function None({ search, slug }: { search: GapSearch; slug: string }) {
  const usual = (search.state ?? 'open') === 'open';
  return (
    <Empty icon={CircleCheckBig} title={usual ? 'No open gaps in these days' : 'Nothing here in these days'}>
      <p>When the bot finds no answer, its sources are weak, a visitor’s thumb goes down or a person is asked for, the question appears here within seconds.</p>
      {usual && (
        <Link to="/spaces/$space/playground" params={{ space: slug }} className={buttonLook('plain')}>
          Try a question
        </Link>
      )}
    </Empty>
  );
}

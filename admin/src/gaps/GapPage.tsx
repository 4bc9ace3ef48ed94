import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { ago, exactTime } from '../inbox/time';
import { SkeletonTable } from '../knowledge/SkeletonTable';
import { count, figure } from '../knowledge/words';
import { daysOf } from '../overview/range';
import { Spark } from '../overview/Spark';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Failure, Stale } from '../ui/Failure';
import { More } from '../ui/More';
import { Refusal } from '../ui/Notice';
import { Tag } from '../ui/Tag';
import { gapPath, gapQuery, REASONS, type AskedQuestion, type Gap } from './api';
import { Editor } from './Editor';
import { REASON_WORDS, STATE_WORDS } from './words';

const route = getRouteApi('/spaces/$space/knowledge/gaps/$gap');

/** One gap: how it was asked, and the answer that is written to it. */
export function GapPage() {
  const [space, { gap: id }, mayWrite] = [useSpace(), route.useParams(), useMay('knowledge:write')];
  const days = daysOf({ range: '90d' }, new Date());
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(gapQuery(useApi(), space.id, id, days));
  const gap = data?.gap;
  useTitle(gap?.question ?? 'Gap', space.name);
  if (!gap) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the gap" />;
  return (
    <>
      {error && <Stale />}
      <div className="mx-auto w-full max-w-6xl space-y-5 px-4 py-5 sm:px-6">
        <Link to="/spaces/$space/knowledge/gaps" params={{ space: space.slug }} className="-ms-1 inline-flex items-center gap-1.5 rounded px-1 py-0.5 text-xs font-medium text-mute hover:text-ink">
          <ArrowLeft className="size-3.5" aria-hidden /> Gaps
        </Link>
        <Head gap={gap} slug={space.slug} mayWrite={mayWrite} />
        <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_26rem]">
          {mayWrite && gap.state !== 'dismissed' && <Editor key={gap.id} gap={gap} />}
          <section aria-labelledby="asked" className={`min-w-0 ${mayWrite && gap.state !== 'dismissed' ? '' : 'xl:col-span-2'}`}>
            <h3 id="asked" className="mb-2 font-semibold">
              How it was asked
            </h3>
            <ul className="divide-y divide-line rounded-xl border border-line">
              {data.questions.map((asked) => (
                <Asked key={asked.message} asked={asked} />
              ))}
            </ul>
            {hasNextPage && <More label="More questions" busy={isFetchingNextPage} load={fetchNextPage} />}
          </section>
        </div>
      </div>
    </>
  );
}

function Head({ gap, slug, mayWrite }: { gap: Gap; slug: string; mayWrite: boolean }) {
  const { state, document, decided_by, decided_at, questions, asked, trend, reasons } = gap;
  const [api, queries] = [useApi(), useQueryClient()];
  const [failed, setFailed] = useState<unknown>();
  const decide = useMutation({
    mutationFn: (act: 'dismiss' | 'reopen') => api.post(`${gapPath(gap.space, gap.id)}/${act}`),
    onError: setFailed,
    onSuccess: async () => {
      setFailed(undefined);
      await Promise.all(['gap', 'gaps'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
  const why = REASONS.filter((reason) => reasons[reason] > 0);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-xl font-semibold tracking-tight text-pretty">{gap.question || 'A question that is gone'}</h2>
          <p className="mt-1 text-mute">
            Asked {asked === 1 ? 'once' : count(asked, 'time')} in the last 90 days, {figure(questions)} not answered well.
          </p>
        </div>
        {mayWrite && (
          <Button disabled={decide.isPending} onClick={() => decide.mutate(state === 'open' ? 'dismiss' : 'reopen')}>
            {state === 'open' ? 'Dismiss' : 'Open again'}
          </Button>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Tag look={state === 'answered' ? 'good' : state === 'open' ? 'warn' : 'plain'}>{STATE_WORDS[state]}</Tag>
        {why.map((reason) => (
          <Tag key={reason}>
            {figure(reasons[reason])} × {REASON_WORDS[reason]}
          </Tag>
        ))}
        <span aria-hidden className="w-28">
          <Spark values={trend} />
        </span>
      </div>
      {decided_at && decided_by && (
        <p className="text-mute">
          {state === 'answered' ? 'Answered' : state === 'dismissed' ? 'Dismissed' : 'Opened again'} by {decided_by}{' '}
          <time dateTime={decided_at} title={exactTime(new Date(decided_at))}>
            {ago(new Date(decided_at), new Date())}
          </time>
          .
        </p>
      )}
      {document && (
        <p>
          <span className="text-mute">{wasAnswered(gap)}</span>
          <Link
            to="/spaces/$space/knowledge/documents/$document"
            params={{ space: slug, document: document.id }}
            className="font-medium text-accent underline underline-offset-2"
          >
            {document.title || 'a document that is being read'}
          </Link>
          .
        </p>
      )}
      <Refusal error={failed} />
    </div>
  );
}

/** What is said of the document that answers a gap, or did. Nobody decided on one that opened by itself. */
function wasAnswered({ state, decided_by }: Gap): string {
  if (state === 'answered') return 'The answer is in ';
  return state === 'open' && !decided_by ? 'Nothing was found again although there is ' : 'It was answered in ';
}

function Asked({ asked }: { asked: AskedQuestion }) {
  const at = new Date(asked.asked_at);
  return (
    <li className="px-3 py-2.5">
      <p className="line-clamp-4 wrap-break-word">{asked.text}</p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-mute">
        <time dateTime={asked.asked_at} title={exactTime(at)}>
          {ago(at, new Date())}
        </time>
        <span>{asked.reasons.map((reason) => REASON_WORDS[reason]).join(', ')}</span>
        <Link to="/inbox/$conversation" params={{ conversation: asked.conversation }} className="ms-auto text-accent underline underline-offset-2">
          Conversation
        </Link>
      </p>
    </li>
  );
}

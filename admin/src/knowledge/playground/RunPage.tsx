import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, Hourglass } from 'lucide-react';
import { useApi } from '../../api/client';
import { useTitle } from '../../app/title';
import { GroundingMeter } from '../../inbox/GroundingMeter';
import { Markdown } from '../../inbox/Markdown';
import { mediumTime } from '../../inbox/time';
import { useSpace } from '../../spaces/api';
import { Empty } from '../../ui/Empty';
import { Failure } from '../../ui/Failure';
import { SkeletonTable } from '../SkeletonTable';
import { runQuery, type GoldenResult } from './api';
import { Expected, Stands } from './GoldenRow';
import { Changes } from './RunList';
import { CompareWith } from './CompareWith';
import { RunComparison } from './RunComparison';
import { reasons } from './reasons';
import { CAUSES, useReplay } from './runs';

const route = getRouteApi('/spaces/$space/playground/golden/$run');

/** A run of the golden questions: first what got worse, then what else is missing, then the rest. */
export function RunPage() {
  const space = useSpace();
  const { run: id } = route.useParams();
  useReplay(space.id);
  useTitle('Golden questions', space.name);
  const { with: beside_id } = route.useSearch();
  const { data, error, refetch } = useQuery(runQuery(useApi(), id));
  const beside = useQuery({ ...runQuery(useApi(), beside_id ?? ''), enabled: beside_id !== undefined });
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the run" />;
  const { run, results } = data;
  const other = beside.data?.run.finished_at ? beside.data : undefined;
  return (
    <article className="mx-auto w-full max-w-4xl px-4 py-5 sm:px-6">
      <Link to="/spaces/$space/playground/golden" params={{ space: space.slug }} className="-ms-1 inline-flex items-center gap-1.5 rounded px-1 py-0.5 text-xs font-medium text-mute hover:text-ink">
        <ArrowLeft className="size-3.5" aria-hidden /> Golden questions
      </Link>
      <h2 className="mt-2 text-xl font-semibold tracking-tight tabular-nums">
        {run.finished_at ? `${run.passed} of ${run.questions} pass` : 'They are being asked'}
      </h2>
      <p className="mt-1 flex flex-wrap gap-x-3 text-mute">
        <span>
          {mediumTime(new Date(run.started_at))} · {CAUSES[run.cause]} · {run.answers ? 'with answers' : 'by searching alone'}
          {run.version !== null && ` · by the settings of version ${run.version}`}
        </span>
        <Changes run={run} />
      </p>
      {run.finished_at && <CompareWith run={run} />}
      {results.length > 0 && other ? (
        <RunComparison one={data} other={other} />
      ) : results.length === 0 ? (
        <Empty icon={Hourglass} title={run.finished_at ? 'There was nothing to ask' : 'Not there yet'}>
          <p>What each question found appears here when the run has ended.</p>
        </Empty>
      ) : (
        <ul className="mt-5 divide-y divide-line rounded-xl border border-line">
          {results.map((result) => (
            <Row key={result.question.id} result={result} slug={space.slug} />
          ))}
        </ul>
      )}
    </article>
  );
}

function Row({ result, slug }: { result: GoldenResult; slug: string }) {
  const { question, passed, answer, grounding } = result;
  return (
    <li className="px-4 py-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <Link to="/spaces/$space/playground" params={{ space: slug }} search={{ q: question.question }} className="font-medium wrap-anywhere hover:text-accent">
            {question.question}
          </Link>
          <Expected question={question} />
          {!passed && <p className="mt-1 text-xs text-bad">{reasons(result).join(' ')}</p>}
          {passed && result.source_place !== null && <p className="mt-1 text-xs text-mute">Its document was source {result.source_place}.</p>}
        </div>
        <Stands result={result} />
      </div>
      {answer && (
        <div className="mt-3 space-y-2 rounded-lg bg-ground px-3.5 py-3">
          <Markdown text={answer} />
          {grounding !== null && (
            <div className="text-xs">
              <GroundingMeter value={grounding} />
            </div>
          )}
        </div>
      )}
    </li>
  );
}

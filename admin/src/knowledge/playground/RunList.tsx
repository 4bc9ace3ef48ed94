import { Link } from '@tanstack/react-router';
import { mediumTime } from '../../inbox/time';
import { useJobs } from '../../live/live';
import { Progress } from '../../ui/Progress';
import type { GoldenRun } from './api';
import { CAUSES } from './runs';

/** What became of the golden questions, the newest first. */
export function RunList({ runs, slug }: { runs: GoldenRun[]; slug: string }) {
  return (
    <section aria-label="Runs" className="min-w-0">
      <h2 className="mb-3 flex h-9 items-center text-mute">Runs</h2>
      {runs.length === 0 ? (
        <p className="text-mute">They have not been asked yet.</p>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {runs.map((run) => (
            <li key={run.id}>
              <Link to="/spaces/$space/playground/golden/$run" params={{ space: slug, run: run.id }} className="block rounded-xl px-4 py-2.5 hover:bg-ground focus-visible:-outline-offset-2">
                <Line run={run} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ run }: { run: GoldenRun }) {
  const { finished_at, started_at, passed, questions, cause, answers, version } = run;
  return (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="font-medium tabular-nums">{finished_at ? `${passed} of ${questions} pass` : 'Being asked'}</span>
        <time dateTime={started_at} className="text-xs text-mute tabular-nums">
          {mediumTime(new Date(started_at))}
        </time>
      </span>
      <span className="mt-0.5 flex flex-wrap items-center gap-x-3 text-xs text-mute">
        <span>
          {CAUSES[cause]}
          {answers && ', with answers'}
          {version !== null && `, by version ${version}`}
        </span>
        <Changes run={run} />
      </span>
      {!finished_at && <RunProgress id={run.id} />}
    </>
  );
}

/** What is different from the run before. */
export function Changes({ run: { regressed, mended, compared_with } }: { run: GoldenRun }) {
  if (!compared_with) return null;
  return (
    <span className="flex gap-3 font-medium">
      {regressed > 0 && <span className="text-bad">{regressed} got worse</span>}
      {mended > 0 && <span className="text-good">{mended} better</span>}
    </span>
  );
}

function RunProgress({ id }: { id: string }) {
  const job = useJobs().get(id);
  return <Progress label="Asking the golden questions" percent={job?.progress ?? 0} className="mt-2 w-full" />;
}

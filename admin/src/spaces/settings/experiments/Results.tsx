import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/client';
import { Failure } from '../../../ui/Failure';
import { SkeletonLines } from '../../../ui/Skeleton';
import { Differences } from '../Differences';
import { experimentQuery, type Arm, type Details, type Experiment } from './api';
import { MeasureRow } from './MeasureRow';
import { ARMS } from './measures';

/** What a test shows: both arms side by side, and how they answer otherwise. */
export function Results({ of }: { of: Experiment }) {
  const { data, error, refetch } = useQuery(experimentQuery(useApi(), of));
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the results" />;
  const { a, b } = data.seen;
  const few = Math.min(a.conversations, b.conversations) < data.conversations_least;
  return (
    <div className="space-y-5">
      <div className="grid gap-3 sm:grid-cols-2">
        <ArmCard arm="a" details={data} />
        <ArmCard arm="b" details={data} />
      </div>
      <p className="max-w-prose text-xs text-mute text-pretty">
        {few && `Nothing is said of which is better before each has ${data.conversations_least} conversations. `}
        The thin line is where the figure lies with 95 % certainty. Who looks every day and stops at the first difference finds some that are none: decide
        beforehand how long the test is to run.
      </p>
      <ul className="divide-y divide-line rounded-xl border border-line" aria-label="Measures">
        {data.measures.map((measure) => (
          <MeasureRow key={measure.measure} of={measure} />
        ))}
      </ul>
      <section>
        <h4 className="mb-2 font-medium">What B does otherwise</h4>
        <Differences items={data.differences} />
      </section>
    </div>
  );
}

function ArmCard({ arm, details: { experiment, seen } }: { arm: Arm; details: Details }) {
  const { letter, colour } = ARMS[arm];
  const { conversations, answers } = seen[arm];
  const share = arm === 'b' ? experiment.share_b : 100 - experiment.share_b;
  return (
    <div className="flex items-start gap-3 rounded-xl border border-line p-3.5">
      <span className={`mt-1 size-3 shrink-0 rounded-sm ${colour}`} aria-hidden />
      <div className="min-w-0">
        <p className="font-semibold">
          {letter}: version {arm === 'a' ? experiment.version_a : experiment.version_b}
          {arm === 'a' && <span className="font-normal text-mute">, as it was set</span>}
        </p>
        <p className="text-mute tabular-nums">
          {share} % · {conversations.toLocaleString()} {conversations === 1 ? 'conversation' : 'conversations'}, {answers.toLocaleString()}{' '}
          {answers === 1 ? 'answer' : 'answers'}
        </p>
      </div>
    </div>
  );
}

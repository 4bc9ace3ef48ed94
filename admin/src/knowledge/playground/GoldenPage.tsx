import { useQuery } from '@tanstack/react-query';
import { Plus, Star } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useMay } from '../../app/permission';
import { useTitle } from '../../app/title';
import { useSpace } from '../../spaces/api';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { Failure, Stale } from '../../ui/Failure';
import { SkeletonTable } from '../SkeletonTable';
import { count } from '../words';
import { goldenQuery, runQuery, runsQuery } from './api';
import { AskAll } from './AskAll';
import { GoldenDialog } from './GoldenDialog';
import { GoldenRow } from './GoldenRow';
import { RunList } from './RunList';

/** The questions whose answer is known, how each stands, and what became of them each time. */
export function GoldenPage() {
  const [api, space, mayWrite] = [useApi(), useSpace(), useMay('knowledge:write')];
  useTitle('Golden questions', space.name);
  const [adds, setAdds] = useState(false);
  const { data: questions, error, refetch } = useQuery(goldenQuery(api, space.id));
  const { data: runs = [] } = useQuery(runsQuery(api, space.id));
  const newest = runs.find(({ finished_at, version }) => finished_at && version === null);
  const { data: last } = useQuery({ ...runQuery(api, newest?.id ?? ''), enabled: Boolean(newest) });
  if (!questions) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the golden questions" />;
  const add = mayWrite && (
    <Button look={questions.length === 0 ? 'primary' : 'plain'} onClick={() => setAdds(true)}>
      <Plus className="size-4" aria-hidden /> Add a question
    </Button>
  );
  return (
    <>
      {error && <Stale />}
      {questions.length === 0 ? (
        <Empty icon={Star} title="No golden questions yet">
          <p>Keep the questions that must go right, with the document that must be found. They are asked again after every change, and you see what got worse.</p>
          {add}
        </Empty>
      ) : (
        <div className="mx-auto grid w-full max-w-6xl gap-8 px-4 py-5 sm:px-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <section aria-label="Questions" className="min-w-0">
            <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
              <p className="text-mute">{count(questions.length, 'question')}</p>
              <div className="flex flex-wrap gap-2">
                {add}
                {mayWrite && <AskAll />}
              </div>
            </div>
            <ul className="divide-y divide-line rounded-xl border border-line">
              {questions.map((question) => (
                <GoldenRow
                  key={question.id}
                  question={question}
                  // In the words that it was asked in.
                  result={last?.results.find((one) => one.question.id === question.id && one.question.updated_at === question.updated_at)}
                />
              ))}
            </ul>
          </section>
          <RunList runs={runs} slug={space.slug} />
        </div>
      )}
      {adds && <GoldenDialog close={() => setAdds(false)} />}
    </>
  );
}

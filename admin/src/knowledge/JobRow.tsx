import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../api/client';
import { asSentence } from '../api/problem';
import { useMay } from '../app/permission';
import { exactTime, shortTime } from '../inbox/time';
import { isActive, type Job, type JobState } from '../live/jobs';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import { Progress } from '../ui/Progress';
import { Tag } from '../ui/Tag';
import { documentQuery, knownDocument, sourcesQuery } from './api';
import { count, JOB_WORDS, subjectOf } from './words';

const LOOKS: Record<JobState, { label: string; look: 'plain' | 'accent' | 'good' | 'bad' }> = {
  queued: { label: 'Waiting', look: 'plain' },
  running: { label: 'Running', look: 'accent' },
  done: { label: 'Done', look: 'good' },
  dead: { label: 'Failed', look: 'bad' },
  cancelled: { label: 'Called off', look: 'plain' },
};

export function JobRow({ job }: { job: Job }) {
  const [api, queries, mayWrite] = [useApi(), useQueryClient(), useMay('knowledge:write')];
  const cancel = useMutation({
    mutationFn: () => api.post<Job>(`/api/jobs/${job.id}/cancel`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const { label, look } = LOOKS[job.state];
  const at = job.ended_at ?? job.started_at ?? job.created_at;
  return (
    <li className="px-3 py-2.5 sm:px-5">
      <div className="flex min-h-9 items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="truncate">
            <span className="text-mute">{JOB_WORDS[job.kind] ?? job.kind}</span> <Subject job={job} />
          </p>
          {job.error && job.state !== 'done' && (
            <p className={`mt-0.5 text-xs wrap-anywhere ${job.state === 'dead' ? 'text-bad' : 'text-warn'}`}>
              {asSentence(job.error)}
              {isActive(job) && ' It is tried again.'}
              {job.attempts > 1 && ` Tried ${count(job.attempts, 'time')}.`}
            </p>
          )}
        </div>
        {job.state === 'running' && (
          <span className="flex items-center gap-2 text-xs text-mute tabular-nums">
            <Progress label={`${JOB_WORDS[job.kind] ?? job.kind}: progress`} percent={job.progress} className="w-14 sm:w-24" /> {job.progress}%
          </span>
        )}
        <Tag look={look}>{label}</Tag>
        <time dateTime={at} title={exactTime(new Date(at))} className="hidden w-16 shrink-0 text-end text-xs text-mute tabular-nums sm:block">
          {shortTime(new Date(at), new Date())}
        </time>
        {mayWrite && isActive(job) && (
          <Button look="quiet" className="h-8! px-2.5!" onClick={() => cancel.mutate()} disabled={cancel.isPending || cancel.isSuccess}>
            {cancel.isSuccess ? 'Stopping…' : 'Cancel'}
          </Button>
        )}
      </div>
      <Refusal error={cancel.error} />
    </li>
  );
}

/** What the job is about, and the way to it. */
function Subject({ job }: { job: Job }) {
  const document = subjectOf(job, 'document');
  const source = subjectOf(job, 'source');
  if (document) return <DocumentName id={document} />;
  if (source) return <SourceName id={source} />;
  return null;
}

const link = 'font-medium hover:text-accent';

function DocumentName({ id }: { id: string }) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const { data, isError } = useQuery({ ...documentQuery(api, id), initialData: () => knownDocument(queries, id), staleTime: 60_000, refetchInterval: false, retry: false });
  if (isError) return <span className="text-mute">a document that was deleted</span>;
  return (
    <Link to="/spaces/$space/knowledge/documents/$document" params={{ space: space.slug, document: id }} className={link}>
      {data?.title ?? '…'}
    </Link>
  );
}

function SourceName({ id }: { id: string }) {
  const space = useSpace();
  const { data: sources } = useQuery(sourcesQuery(useApi(), space.id));
  const source = sources?.find((one) => one.id === id);
  if (!source) return sources ? <span className="text-mute">a website that was removed</span> : null;
  return (
    <Link to="/spaces/$space/knowledge/websites/$source" params={{ space: space.slug, source: id }} className={link}>
      {source.url.replace(/^https?:\/\//, '')}
    </Link>
  );
}

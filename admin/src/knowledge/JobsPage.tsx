import { useQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useMemo } from 'react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { isActive, type Job } from '../live/jobs';
import { useJobs } from '../live/live';
import { useSpace } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { jobsQuery } from './api';
import { JobRow } from './JobRow';
import { SkeletonTable } from './SkeletonTable';

/** Background work on this space: what runs and waits, and what became of the rest. */
export function JobsPage() {
  const space = useSpace();
  useTitle('Jobs', space.name);
  const told = useJobs();
  const { data: listed, error, refetch } = useQuery(jobsQuery(useApi()));
  const jobs = useMemo(() => together(listed ?? [], told, space.id), [listed, told, space.id]);
  if (!listed) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the jobs" />;
  if (jobs.length === 0) {
    return (
      <Empty icon={ListChecks} title="Nothing is being worked on">
        <p>Reading documents and websites, and asking golden questions, is shown here while it goes on, and for a while afterwards.</p>
      </Empty>
    );
  }
  const active = jobs.filter(isActive);
  const ended = jobs.filter((job) => !isActive(job));
  return (
    <div className="pb-6">
      {active.length > 0 && <Group title="Running and waiting" jobs={active} />}
      {ended.length > 0 && <Group title="Ended" jobs={ended} />}
    </div>
  );
}

function Group({ title, jobs }: { title: string; jobs: Job[] }) {
  return (
    <section>
      <h2 className="border-b border-line px-3 pt-5 pb-1.5 text-xs font-medium text-mute sm:px-5">
        {title} <span className="tabular-nums">({jobs.length})</span>
      </h2>
      <ul className="divide-y divide-line">
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

/** What was told is newer than what was fetched. Running ones first, then the newest. */
function together(listed: Job[], told: ReadonlyMap<string, Job>, space: string): Job[] {
  const all = new Map([...listed.map((job) => [job.id, job] as const), ...told]);
  const rank = (job: Job) => (job.state === 'running' ? 0 : 1);
  const when = (job: Job) => job.ended_at ?? job.created_at;
  return [...all.values()]
    .filter((job) => job.space === space)
    .sort((a, b) => rank(a) - rank(b) || when(b).localeCompare(when(a)));
}

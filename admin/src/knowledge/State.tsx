import { CircleAlert } from 'lucide-react';
import { isActive, type Job } from '../live/jobs';
import { Progress } from '../ui/Progress';
import type { Document, Source } from './api';

/** How far a document or a website is: by its job where that is told, else by what was fetched of it. */
export function State({ of, job }: { of: Document | Source; job: Job | undefined }) {
  const name = 'name' in of ? of.name : of.url;
  if (job && isActive(job) && job.state === 'running') {
    return (
      <span className="flex items-center gap-2.5 text-xs text-mute">
        <Progress label={`Reading ${name}`} percent={job.progress} className="w-16" />
        <span className="tabular-nums">{job.progress}%</span>
      </span>
    );
  }
  if (job || of.status === 'queued') return <span className="text-xs text-mute">Waiting</span>;
  switch (of.status) {
    case 'processing':
    case 'crawling':
      return <span className="text-xs text-accent">Being read</span>;
    case 'failed':
      return (
        <span className="inline-flex items-center gap-1.5 text-xs font-medium text-bad">
          <CircleAlert className="size-3.5" aria-hidden /> Failed
        </span>
      );
    case 'ready':
      return (
        <span className="inline-flex items-center gap-2 text-xs text-mute">
          <span aria-hidden className="size-1.5 rounded-full bg-good" /> Ready
        </span>
      );
  }
}

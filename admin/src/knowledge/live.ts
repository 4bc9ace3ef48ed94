import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { isActive, type Job } from '../live/jobs';
import { useFrames, useJobs } from '../live/live';
import { lookAgain } from './api';
import { subjectOf } from './words';

/** A crawl ends many jobs a second. */
const AT_MOST_EVERY_MS = 1_500;

/** Looks at the knowledge of a space anew when something of it was read, and when the connection is back. */
export function useKnowledgeNews(space: string): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const soon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      lookAgain(queries);
      void queries.invalidateQueries({ queryKey: ['jobs'] });
    }, AT_MOST_EVERY_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const running = useRef(new Set<string>());
  useFrames('job.upsert', ({ job }) => {
    if (job.space !== space) return;
    // Of a document its job says how far it is; a website brings new ones all the time.
    const began = job.state === 'running' && !running.current.has(job.id);
    if (job.state === 'running') running.current.add(job.id);
    if (!isActive(job)) running.current.delete(job.id);
    if (began || !isActive(job) || job.kind === 'read_source') soon();
  });
  useFrames('job.all', soon);
}

/** The jobs that wait or run, by the document or source they are about. */
export function useActiveJobs(space: string): ReadonlyMap<string, Job> {
  const jobs = useJobs();
  return useMemo(() => {
    const about = new Map<string, Job>();
    for (const job of jobs.values()) {
      const subject = subjectOf(job, 'document') ?? subjectOf(job, 'source');
      if (subject && job.space === space && isActive(job)) about.set(subject, job);
    }
    return about;
  }, [jobs, space]);
}

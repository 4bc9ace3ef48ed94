import { useQueryClient } from '@tanstack/react-query';
import { isActive, type Job } from '../../live/jobs';
import { useFrames, useJobs } from '../../live/live';
import type { GoldenRun } from './api';

export const CAUSES: Record<GoldenRun['cause'], string> = {
  asked: 'Asked for',
  knowledge: 'After a change of knowledge',
  settings: 'After a change of settings',
};

const KIND = 'replay_golden';

/** The job that asks the golden questions of a space, where one waits or runs. */
export function useReplay(space: string): Job | undefined {
  const queries = useQueryClient();
  useFrames('job.upsert', ({ job }) => {
    if (job.kind !== KIND || job.space !== space || job.state === 'queued') return;
    void queries.invalidateQueries({ queryKey: ['golden-runs', space] });
    void queries.invalidateQueries({ queryKey: ['golden-run', job.id] });
  });
  const active = [...useJobs().values()].filter((job) => job.kind === KIND && job.space === space && isActive(job));
  return active.find(({ state }) => state === 'running') ?? active[0];
}

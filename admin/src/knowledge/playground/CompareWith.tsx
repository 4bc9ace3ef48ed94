import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useApi } from '../../api/client';
import { mediumTime } from '../../inbox/time';
import { useSpace } from '../../spaces/api';
import { Select } from '../../ui/Inputs';
import { runsQuery, type GoldenRun } from './api';

const route = getRouteApi('/spaces/$space/playground/golden/$run');

/** Chooses a run of the same kind to stand beside this one; the address has both. */
export function CompareWith({ run }: { run: GoldenRun }) {
  const { data: runs = [] } = useQuery(runsQuery(useApi(), useSpace().id));
  const { with: other } = route.useSearch();
  const navigate = useNavigate({ from: '/spaces/$space/playground/golden/$run' });
  const others = runs.filter(({ id, finished_at, answers }) => id !== run.id && finished_at && answers === run.answers);
  if (others.length === 0) return null;
  return (
    <div className="mt-4 max-w-md">
      <Select label="Compare with" value={other ?? ''} onChange={({ target }) => void navigate({ search: target.value ? { with: target.value } : {}, replace: true })}>
        <option value="">No other run</option>
        {others.map((one) => (
          <option key={one.id} value={one.id}>
            {nameOf(one)}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** A run in a few words. */
export function nameOf({ started_at, version, answers }: GoldenRun): string {
  return `${mediumTime(new Date(started_at))}${version === null ? '' : `, version ${version}`}${answers ? ', with answers' : ''}`;
}

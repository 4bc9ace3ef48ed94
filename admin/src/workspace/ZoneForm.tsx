import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { fieldsOf } from '../auth/fields';
import { zones } from '../spaces/settings/hours/hours';
import { Button } from '../ui/Button';
import { Select } from '../ui/Inputs';
import { Done, Refusal } from '../ui/Notice';
import { workspaceQuery, type Workspace } from './api';

/** Sets the clock by which the use of the plan is counted. */
export function ZoneForm({ workspace }: { workspace: Workspace }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const change = useMutation({
    mutationFn: (time_zone: string) => api.patch<Workspace>('/api/workspace', { time_zone }),
    onSuccess: async (changed) => {
      queries.setQueryData(workspaceQuery(api).queryKey, changed);
      await queries.invalidateQueries({ queryKey: ['billing'] });
    },
  });
  return (
    <form onSubmit={(event) => change.mutate(fieldsOf(event).time_zone ?? '')} className="space-y-4">
      <Select label="Its time zone" name="time_zone" defaultValue={workspace.time_zone}>
        {[...new Set([workspace.time_zone, ...zones()])].map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </Select>
      <Refusal error={change.error} />
      {change.isSuccess && <Done>The time zone is changed.</Done>}
      <Button type="submit" disabled={change.isPending}>
        Save the time zone
      </Button>
    </form>
  );
}

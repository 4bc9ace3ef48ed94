import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '../account/api';
import { useApi } from '../api/client';
import { fieldsOf } from '../auth/fields';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { workspaceQuery, type Workspace } from './api';

/** Names the workspace anew. */
export function NameForm({ workspace }: { workspace: Workspace }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const rename = useMutation({
    mutationFn: (name: string) => api.patch<Workspace>('/api/workspace', { name }),
    onSuccess: async (renamed) => {
      queries.setQueryData(workspaceQuery(api).queryKey, renamed);
      // What they may choose from has the name too.
      await queries.invalidateQueries({ queryKey: meQuery(api).queryKey });
    },
  });
  return (
    <form onSubmit={(event) => rename.mutate(fieldsOf(event).name ?? '')} className="space-y-4">
      <Field label="Its name" name="name" autoComplete="organization" required maxLength={80} defaultValue={workspace.name} />
      <Refusal error={rename.error} />
      {rename.isSuccess && <Done>The workspace is renamed.</Done>}
      <Button type="submit" disabled={rename.isPending}>
        Save
      </Button>
    </form>
  );
}

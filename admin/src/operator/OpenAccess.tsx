import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { VenetianMask } from 'lucide-react';
import { Refusal } from '../ui/Notice';
import { accessQuery, endAccess, type Access } from './api';
import { left, useSecond } from '../acting/left';

/** As which workspaces the operator acts, above every page. */
export function OpenAccess() {
  const { data } = useQuery(accessQuery);
  return data?.items.map((access) => <One key={access.id} access={access} />);
}

function One({ access }: { access: Access }) {
  const [queries, now] = [useQueryClient(), useSecond()];
  const ending = useMutation({ mutationFn: () => endAccess(access.id), onSettled: () => queries.invalidateQueries({ queryKey: accessQuery.queryKey }) });
  if (Date.parse(access.expires_at) <= now) return null;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 bg-warn-soft px-4 py-2 text-warn">
      <VenetianMask className="hidden size-4 shrink-0 sm:block" aria-hidden />
      <span>
        You act as {access.tenant_name}, {access.may_write ? 'with changes' : 'to read only'}: <span className="tabular-nums">{left(access.expires_at, now)}</span> left.
      </span>
      <a href={consoleAs(access.id)} target="_blank" rel="noopener" className="font-medium underline underline-offset-2">
        Open the console
      </a>
      <button type="button" onClick={() => ending.mutate()} disabled={ending.isPending} className="font-medium underline underline-offset-2">
        End
      </button>
      <Refusal error={ending.error} />
    </div>
  );
}

/** Where the console goes on as the workspace. */
export const consoleAs = (access: string) => `/app/?acting=${access}`;

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Timer } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import type { Page } from '../api/page';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { POLICIES, policiesQuery, type Policy } from './api';
import { PolicyForm } from './PolicyForm';
import { PolicyRow } from './PolicyRow';

/** What is promised of tickets, in the order in which it is tried. */
export function PoliciesPage() {
  useTitle('Deadline policies');
  const [api, queries, change] = [useApi(), useQueryClient(), useMay('spaces:write')];
  const query = policiesQuery(api);
  const { data: policies, error, refetch } = useQuery(query);
  const [editing, setEditing] = useState<Policy | 'new' | null>(null);
  const [removing, setRemoving] = useState<Policy | null>(null);
  const order = useMutation({
    mutationFn: (ids: string[]) => api.put<Page<Policy>>(`${POLICIES}/order`, { ids }),
    onSuccess: (now) => queries.setQueryData(query.queryKey, now),
  });
  const raise = (at: number) => {
    const ids = policies?.map(({ id }) => id) ?? [];
    const [one] = ids.splice(at, 1);
    if (one) order.mutate([...ids.slice(0, at - 1), one, ...ids.slice(at - 1)]);
  };
  const make = change && (
    <Button look="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New policy
    </Button>
  );
  const all = policies?.findIndex(isForAll) ?? -1;
  return (
    <div className="space-y-4">
      {!policies && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading policies" lines={3} />)}
      {policies?.length === 0 && (
        <Empty icon={Timer} title="Nothing is promised yet">
          <p>Say by when tickets are to be answered and resolved. Whoever has one is told before it is late.</p>
          {make}
        </Empty>
      )}
      {policies && policies.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="max-w-prose text-mute text-pretty">
              The first policy that fits a ticket counts.{all < 0 && ' Tickets that none of them fits have no deadline.'}
            </p>
            {make}
          </div>
          <ol className="space-y-3" aria-label="Policies">
            {policies.map((policy, i) => (
              <PolicyRow
                key={policy.id}
                policy={policy}
                place={i + 1}
                unreached={all >= 0 && i > all}
                {...(change && { edit: () => setEditing(policy), remove: () => setRemoving(policy) })}
                {...(change && i > 0 && !order.isPending && { raise: () => raise(i) })}
              />
            ))}
          </ol>
          <Refusal error={order.error} />
        </>
      )}
      {editing && <PolicyForm policy={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {removing && (
        <Confirm
          title={`Delete ${removing.name}?`}
          lead="Open tickets get the next policy that fits. What was kept or missed stays in the report."
          label="Delete the policy"
          act={async () => {
            await api.delete(`${POLICIES}/${removing.id}`);
            await queries.invalidateQueries({ queryKey: query.queryKey });
          }}
          close={() => setRemoving(null)}
        />
      )}
    </div>
  );
}

const isForAll = ({ conditions }: Policy) => Object.values(conditions).every((named: string[]) => named.length === 0);

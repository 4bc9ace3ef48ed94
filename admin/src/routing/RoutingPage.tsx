import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Lock, Plus, Split } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Refusal } from '../ui/Notice';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { rulesQuery, type Rule } from './api';
import { RuleForm } from './RuleForm';
import { TryRouting } from './TryRouting';
import { conditionsInWords, givenInWords, useNames, type Names } from './words';

/** Who is given new tickets. */
export function RoutingPage() {
  useTitle('Routing');
  return useMay('tickets:configure') ? (
    <Routing />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>Admins say who is given new tickets.</p>
    </Empty>
  );
}

function Routing() {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: rules, error, refetch } = useQuery(rulesQuery(api));
  const names = useNames();
  const [editing, setEditing] = useState<Rule | 'new' | null>(null);
  const [removing, setRemoving] = useState<Rule | null>(null);
  const reload = () => queries.invalidateQueries({ queryKey: ['routing-rules'] });
  const order = useMutation({ mutationFn: (ids: string[]) => api.put('/api/routing-rules/order', { rules: ids }), onSettled: reload });
  const move = (from: number, to: number) => {
    const ids = (rules ?? []).map(({ id }) => id);
    ids.splice(to, 0, ...ids.splice(from, 1));
    order.mutate(ids);
  };
  const make = (
    <Button look="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New rule
    </Button>
  );
  return (
    <Page title="Routing" lead="A new ticket takes the first rule whose conditions all hold. What somebody has assigned stays theirs." actions={rules && rules.length > 0 && make}>
      <div className="mt-6 space-y-6">
        {!rules && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading rules" lines={3} />)}
        {rules?.length === 0 && (
          <Empty icon={Split} title="No rules yet">
            <p>Without rules a new ticket is nobody’s until somebody takes it.</p>
            {make}
          </Empty>
        )}
        {rules && rules.length > 0 && <TryRouting rules={rules} names={names} />}
        <Refusal error={order.error} />
        {rules && rules.length > 0 && (
          <ol className="divide-y divide-line rounded-xl border border-line">
            {rules.map((rule, at) => (
              <Row key={rule.id} rule={rule} at={at} names={names} edit={() => setEditing(rule)} remove={() => setRemoving(rule)}>
                <MoveButton label={`Move ${rule.name} up`} off={at === 0 || order.isPending} act={() => move(at, at - 1)}>
                  <ArrowUp className="size-4" aria-hidden />
                </MoveButton>
                <MoveButton label={`Move ${rule.name} down`} off={at === rules.length - 1 || order.isPending} act={() => move(at, at + 1)}>
                  <ArrowDown className="size-4" aria-hidden />
                </MoveButton>
              </Row>
            ))}
          </ol>
        )}
      </div>
      {editing && <RuleForm rule={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {removing && (
        <Confirm
          title={`Delete ${removing.name}?`}
          lead="Tickets that took it stay as they are."
          label="Delete the rule"
          act={async () => {
            await api.delete(`/api/routing-rules/${removing.id}`);
            await reload();
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}

interface RowProps {
  rule: Rule;
  at: number;
  names: Names;
  edit: () => void;
  remove: () => void;
  children: ReactNode;
}

function Row({ rule, at, names, edit, remove, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-xs text-mute tabular-nums">{at + 1}</span>
          <h2 className="min-w-0 font-medium wrap-anywhere">{rule.name}</h2>
          {!rule.enabled && <Tag>Off</Tag>}
        </div>
        <p className="mt-1 text-mute wrap-anywhere">{conditionsInWords(rule.conditions, names)}</p>
        <p className="mt-1 wrap-anywhere">Then {givenInWords(rule, names)}</p>
      </div>
      <div className="-ms-2 flex flex-wrap gap-1 sm:ms-0">
        {children}
        <Button look="quiet" onClick={edit} aria-label={`Change ${rule.name}`}>
          Change
        </Button>
        <Button look="quiet" onClick={remove} aria-label={`Delete ${rule.name}`}>
          Delete
        </Button>
      </div>
    </li>
  );
}

function MoveButton({ label, off, act, children }: { label: string; off: boolean; act: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={off}
      onClick={act}
      className="grid size-9 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink disabled:opacity-40 disabled:hover:bg-transparent"
    >
      {children}
    </button>
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Refusal } from '../ui/Notice';
import { usageQuery, type Plan, type Standing } from './api';
import { isNegative, isNothing, money, negated } from '../ui/money';
import { isSettled, leaveFor, runs, type Change, type Subscription } from './payments';
import { amount, nameOf } from './words';

/** Goes to pay for a plan, or changes to it; nothing for the one that is paid for or was given. */
export function PlanChoice({ plan, current, subscription }: { plan: Plan; current: boolean; subscription: Subscription }) {
  const api = useApi();
  const [changing, setChanging] = useState(false);
  const paying = useMutation({ mutationFn: () => leaveFor(api, '/api/billing/checkout', { plan: plan.id }) });
  if (!subscription.sold.includes(plan.id) || (runs(subscription) ? subscription.plan === plan.id : current)) return null;
  if (runs(subscription)) {
    return (
      <>
        <div className="mt-auto pt-5">
          <Button className="w-full" disabled={!isSettled(subscription)} onClick={() => setChanging(true)}>
            Change to {plan.name}
          </Button>
          {!isSettled(subscription) && <p className="pt-2 text-xs text-mute">The last payment is open: pay it first.</p>}
        </div>
        {changing && <PlanChange plan={plan} close={() => setChanging(false)} />}
      </>
    );
  }
  const isTried = subscription.status === null && plan.trial_days > 0;
  return (
    <div className="mt-auto space-y-2 pt-5">
      <Button look="primary" className="w-full" disabled={paying.isPending} onClick={() => paying.mutate()}>
        {isTried ? `Try ${plan.name} for ${plan.trial_days} days` : `Upgrade to ${plan.name}`}
      </Button>
      <Refusal error={paying.error} />
    </div>
  );
}

/** Says what a change costs at once, and what would be over the limits, before it is made. */
function PlanChange({ plan, close }: { plan: Plan; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const preview = useQuery({
    queryKey: ['billing preview', plan.id],
    queryFn: ({ signal }) => api.post<Change>('/api/billing/subscription', { plan: plan.id, preview: true }, signal),
    staleTime: 0,
  });
  const { data: usage } = useQuery(usageQuery(api));
  const over = (usage?.limits ?? []).filter((standing) => isOver(standing, plan));
  return (
    <Confirm
      title={`Change to ${plan.name}?`}
      lead={preview.data?.due_now ? due(preview.data.due_now) : preview.error ? 'The payment provider does not say now what it costs at once.' : 'Asking what it costs at once.'}
      label={`Change to ${plan.name}`}
      look="primary"
      pending={preview.isPending}
      act={async () => {
        await api.post('/api/billing/subscription', { plan: plan.id });
        await queries.invalidateQueries({ queryKey: ['billing'] });
      }}
      close={close}
    >
      {over.length > 0 && (
        <div>
          <p>You are over its limits here. What is there stays, but no more is taken:</p>
          <ul className="mt-1 list-disc ps-5">
            {over.map(({ quota, used }) => (
              <li key={quota}>
                {nameOf(quota)}: {amount(quota, used)} of {amount(quota, limitOf(plan, quota) ?? 0)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Confirm>
  );
}

const limitOf = (plan: Plan, quota: Standing['quota']) => plan.limits.find((limit) => limit.quota === quota)?.limit ?? null;

function isOver({ quota, used }: Standing, plan: Plan): boolean {
  const limit = limitOf(plan, quota);
  return limit !== null && used > limit;
}

function due(now: NonNullable<Change['due_now']>): string {
  if (isNothing(now.amount)) return 'Nothing is charged now. The new plan counts at once.';
  if (!isNegative(now.amount)) return `${money(now)} is charged now for the rest of the period. The new plan counts at once.`;
  return `${money({ ...now, amount: negated(now.amount) })} is credited to the next invoice. The new plan counts at once.`;
}

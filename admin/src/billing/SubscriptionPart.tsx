import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { Done, Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { day, isSettled, leaveFor, runs, subscriptionQuery, told, type Subscription } from './payments';

/** How often it is asked after a checkout whether it was paid, and how often at most. */
const ASK_EVERY = 1500;
const ASK_AT_MOST = 40;

/** What the workspace pays for, and what an owner can do about it. */
export function SubscriptionPart({ names }: { names: Map<string, string> }) {
  const [api, owner] = [useApi(), useMay('billing:write')];
  const awaited = useAwaited();
  const subscription = useQuery({ ...subscriptionQuery(api), ...(awaited.now && { refetchInterval: ASK_EVERY }) });
  const { data } = subscription;
  const plan = (data?.plan && names.get(data.plan)) ?? data?.plan ?? '';
  useEffect(() => {
    if (data) awaited.saw(isSettled(data));
    // Each answer counts, also one that says the same.
  }, [subscription.dataUpdatedAt]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Group title="Subscription" lead={data?.provider === 'mock' && 'Payments are played on this server: nobody is charged.'}>
      {awaited.now && <p role="status" className="text-mute">Waiting for the payment provider to confirm the payment.</p>}
      {awaited.paid && <Done>The payment was confirmed. Thank you.</Done>}
      {awaited.late && <p role="status" className="text-mute">The payment has not been confirmed yet. It may take a few minutes; nothing is lost.</p>}
      {data ? (
        <div className="space-y-3 rounded-xl border border-line p-4">
          <p className="flex flex-wrap items-center gap-2 text-pretty">
            <StatusTag subscription={data} /> {told(data, plan)}
          </p>
          {owner && data.status !== null && <Acts subscription={data} plan={plan} />}
          {!owner && <p className="text-xs text-mute">An owner of the workspace can change it.</p>}
        </div>
      ) : subscription.error ? (
        <Failure error={subscription.error} retry={subscription.refetch} />
      ) : (
        <SkeletonLines label="Loading the subscription" lines={2} />
      )}
    </Group>
  );
}

function StatusTag({ subscription: { status, cancel_at_period_end } }: { subscription: Subscription }) {
  if (status === 'past_due' || status === 'unpaid') return <Tag look="bad">Not paid</Tag>;
  if (status === 'trialing') return <Tag look="accent">Trial</Tag>;
  if (status === 'active') return cancel_at_period_end ? <Tag look="warn">Cancelled</Tag> : <Tag look="good">Paid</Tag>;
  return null;
}

function Acts({ subscription, plan }: { subscription: Subscription; plan: string }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [cancelling, setCancelling] = useState(false);
  const renew = () => queries.invalidateQueries({ queryKey: ['billing'] });
  const leaving = useMutation({ mutationFn: () => leaveFor(api, '/api/billing/portal') });
  const resuming = useMutation({ mutationFn: () => api.post('/api/billing/subscription/resume'), onSuccess: renew });
  const ends = subscription.grace_until ?? subscription.current_period_end;
  const isDue = subscription.status === 'past_due' || subscription.status === 'unpaid';
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button look={isDue ? 'primary' : 'plain'} disabled={leaving.isPending} onClick={() => leaving.mutate()}>
          {isDue ? 'Pay by another card' : 'Cards and invoices'}
        </Button>
        {runs(subscription) &&
          (subscription.cancel_at_period_end ? (
            <Button look="primary" disabled={resuming.isPending} onClick={() => resuming.mutate()}>
              Keep the plan
            </Button>
          ) : (
            <Button onClick={() => setCancelling(true)}>Cancel the subscription</Button>
          ))}
      </div>
      <Refusal error={leaving.error ?? resuming.error} />
      {cancelling && (
        <Confirm
          title={`End ${plan}?`}
          lead={`It stays until ${ends ? day(ends) : 'the end of the period'}. Then the workspace is on the free plan: nothing is deleted, but its limits count.`}
          label="End it with the period"
          act={async () => {
            await api.post('/api/billing/subscription/cancel');
            await renew();
          }}
          close={() => setCancelling(false)}
        />
      )}
    </>
  );
}

/** Whether somebody comes back from paying, and how that went. */
function useAwaited() {
  const [state, setState] = useState<'no' | 'now' | 'paid' | 'late'>(() => (new URLSearchParams(location.search).get('checkout') === 'paid' ? 'now' : 'no'));
  const [asked, setAsked] = useState(0);
  const queries = useQueryClient();
  return {
    now: state === 'now',
    paid: state === 'paid',
    late: state === 'late',
    saw(isPaid: boolean) {
      if (state !== 'now') return;
      setAsked(asked + 1);
      if (isPaid) {
        setState('paid');
        // Said once: a page that is loaded anew says nothing of it.
        history.replaceState(history.state, '', location.pathname);
        void queries.invalidateQueries({ queryKey: ['billing'] });
      } else if (asked + 1 >= ASK_AT_MOST) setState('late');
    },
  };
}

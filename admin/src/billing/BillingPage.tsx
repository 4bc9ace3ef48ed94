import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { planQuery, usageQuery } from './api';
import { CostPart } from './CostPart';
import { Invoices } from './Invoices';
import { subscriptionQuery } from './payments';
import { PlanCard } from './PlanCard';
import { PlanChoice } from './PlanChoice';
import { SubscriptionPart } from './SubscriptionPart';
import { UsageList } from './UsageList';

/** The plan, and how much of it is used. */
export function BillingPage() {
  useTitle('Billing');
  return useMay('billing:read') ? (
    <Billing />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>An admin of your workspace sees its plan and how much of it is used.</p>
    </Empty>
  );
}

function Billing() {
  const api = useApi();
  const [plans, usage] = [useQuery(planQuery(api)), useQuery(usageQuery(api))];
  const [owner, { data: subscription }] = [useMay('billing:write'), useQuery(subscriptionQuery(api))];
  const names = new Map(plans.data?.plans.map(({ id, name }) => [id, name]));
  const current = plans.data?.plans.find(({ id }) => id === plans.data.plan);
  return (
    <Page title="Billing" lead={current && `This workspace is on the plan ${current.name}.`}>
      <div className="mt-6 space-y-10">
        <SubscriptionPart names={names} />
        <Group title="Usage" lead={usage.data && `By the calendar, in the time zone ${usage.data.time_zone.replaceAll('_', ' ')}.`}>
          {usage.data ? (
            <UsageList usage={{ ...usage.data, limits: usage.data.limits.filter(({ quota }) => quota !== 'cost_per_month') }} />
          ) : usage.error ? (
            <Failure error={usage.error} retry={usage.refetch} />
          ) : (
            <SkeletonLines label="Loading the usage" lines={6} />
          )}
        </Group>
        {usage.data && <CostPart usage={usage.data} />}
        <Group title="Plans" lead="What is there beyond a plan’s limit is never deleted or hidden; only more of it is refused.">
          {plans.data ? (
            <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
              {plans.data.plans.map((plan) => (
                <PlanCard key={plan.id} plan={plan} current={plan.id === plans.data.plan}>
                  {owner && subscription && <PlanChoice plan={plan} current={plan.id === plans.data.plan} subscription={subscription} />}
                </PlanCard>
              ))}
            </ul>
          ) : plans.error ? (
            <Failure error={plans.error} retry={plans.refetch} />
          ) : (
            <SkeletonLines label="Loading the plans" lines={3} />
          )}
        </Group>
        <Invoices />
      </div>
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTitle } from '../app/title';
import { mediumDate } from '../inbox/time';
import { Chart } from '../overview/Chart';
import { count } from '../overview/format';
import { Button } from '../ui/Button';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { ActDialog } from './ActDialog';
import { tenantQuery, type TenantDetail } from './api';
import { OperatorLink } from './OperatorLink';
import { drawn, money } from '../ui/money';
import { dollars, moneyIn } from './money';
import { Standing } from './Standing';

/** One workspace: what it pays, what it costs, and the way into it. */
export function TenantPage() {
  const { tenant: id = '' } = useParams({ strict: false }) as { tenant?: string };
  const { data, error, refetch } = useQuery(tenantQuery(id));
  const [acting, setActing] = useState(false);
  useTitle(data?.tenant.name, 'Operators');
  return (
    <Page
      wide
      title={data?.tenant.name ?? 'Workspace'}
      lead={
        <OperatorLink to="/tenants" className="text-accent hover:underline">
          All workspaces
        </OperatorLink>
      }
      actions={data?.tenant.status === 'active' && <Button onClick={() => setActing(true)}>Act as this workspace</Button>}
    >
      <div className="mt-5 space-y-5">
        {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the workspace" />)}
        {data && <Detail data={data} />}
      </div>
      {acting && data && <ActDialog tenant={data.tenant} close={() => setActing(false)} />}
    </Page>
  );
}

function Detail({ data: { tenant, months } }: { data: TenantDetail }) {
  const slots = months.map(({ month }) => month.slice(0, 7));
  const currency = tenant.currency ?? months.flatMap(({ income }) => income).at(-1)?.currency ?? 'USD';
  const revenue = months.map(({ income }) => drawn(income.find((one) => one.currency === currency)?.revenue ?? '0'));
  const date = (at: string | null) => at && mediumDate(new Date(at));
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 rounded-2xl border border-line bg-panel p-4 sm:grid-cols-3 lg:grid-cols-4">
        <Fact name="Plan">
          {tenant.plan} <Standing tenant={tenant} />
        </Fact>
        <Fact name="MRR">{tenant.currency ? money({ amount: tenant.mrr, currency: tenant.currency }) : 'Nothing is paid'}</Fact>
        <Fact name="Revenue this month">{tenant.currency ? money({ amount: tenant.revenue, currency: tenant.currency }) : '–'}</Fact>
        <Fact name="Cost this month">{dollars(tenant.cost)}</Fact>
        {tenant.trial_end && tenant.subscription === 'trialing' && <Fact name="Trial until">{date(tenant.trial_end)}</Fact>}
        {tenant.current_period_end && <Fact name={tenant.cancels ? 'Ends on' : 'Paid until'}>{date(tenant.current_period_end)}</Fact>}
        <Fact name="Messages this month">{count(tenant.messages)}</Fact>
        <Fact name="Members">{count(tenant.members)}</Fact>
        <Fact name="Since">{date(tenant.created_at)}</Fact>
        <Fact name="Id">
          <span className="font-mono text-xs wrap-anywhere">{tenant.id}</span>
        </Fact>
      </dl>
      <div className="grid gap-4 lg:grid-cols-2">
        <Chart
          title={currency === 'USD' ? 'Revenue and cost' : `Revenue, ${currency}`}
          about="What was paid for the days of each month, beside what upstreams charged in it."
          slots={slots}
          format={moneyIn(currency)}
          rows={[
            { name: 'Revenue', colour: 'good', values: revenue },
            ...(currency === 'USD' ? [{ name: 'Cost', colour: 'warn' as const, values: months.map(({ cost }) => drawn(cost)) }] : []),
          ]}
        />
        <Chart
          title="Messages"
          about="Visitors' messages that the bot answered, by the workspace's own calendar."
          slots={slots}
          format={count}
          rows={[{ name: 'Messages', colour: 'accent', values: months.map(({ messages }) => messages) }]}
        />
      </div>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-mute">{name}</dt>
      <dd className="mt-0.5 font-medium tabular-nums">{children}</dd>
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTitle } from '../app/title';
import { Chart } from '../overview/Chart';
import { count, share } from '../overview/format';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { overviewQuery, type Month, type Overview } from './api';
import { drawn, money } from '../ui/money';
import { dollars, moneyIn } from './money';

/** How the business is: what comes in, who leaves, who is active, and what it costs. */
export function OperatorOverview() {
  useTitle('Overview', 'Operators');
  const { data, error, refetch } = useQuery(overviewQuery);
  return (
    <Page wide title="Overview" lead="Calendar months by UTC; the last one is until now.">
      <div className="mt-5 space-y-5">
        {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the overview" lines={6} />)}
        {data && <Figures data={data} />}
      </div>
    </Page>
  );
}

/** The currencies in which something came in; dollars where nothing did. */
function currenciesOf(months: Month[]): string[] {
  const found = new Set(months.flatMap(({ income }) => income.map(({ currency }) => currency)));
  return found.size > 0 ? [...found].toSorted() : ['USD'];
}

const incomeIn = (month: Month, currency: string) => month.income.find((one) => one.currency === currency) ?? { currency, mrr: '0', revenue: '0' };

function Figures({ data: { months, plans } }: { data: Overview }) {
  const now = months.at(-1);
  if (!now) return null;
  const slots = months.map(({ month }) => month.slice(0, 7));
  const currencies = currenciesOf(months);
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-5">
        <Tile name="MRR" said={currencies.map((currency) => money({ amount: incomeIn(now, currency).mrr, currency: currency })).join(' + ')}>
          {`${count(now.paying)} of ${count(now.tenants)} workspaces pay`}
        </Tile>
        <Tile name="Churn this month" said={share(now.churn === null ? null : now.churn / 10_000)}>
          {`${count(now.churned)} of ${count(now.paying_before)} left`}
        </Tile>
        <Tile name="Active this month" said={count(now.active)}>
          The bot answered for them
        </Tile>
        <Tile name="Revenue this month" said={currencies.map((currency) => money({ amount: incomeIn(now, currency).revenue, currency: currency })).join(' + ')}>
          For the days that are over
        </Tile>
        <Tile name="Cost this month" said={dollars(now.cost)}>
          Of models and embeddings
        </Tile>
      </dl>
      <div className="grid gap-4 lg:grid-cols-2">
        {currencies.map((currency) => (
          <Chart
            key={currency}
            title={currencies.length > 1 ? `Recurring revenue, ${currency}` : 'Recurring revenue'}
            about="The monthly prices of what is paid for at the end of each month. Trials are not counted."
            slots={slots}
            format={moneyIn(currency)}
            rows={[{ name: 'MRR', colour: 'accent', look: 'line', values: months.map((month) => drawn(incomeIn(month, currency).mrr)) }]}
          />
        ))}
        {currencies.map((currency) => (
          <Chart
            key={currency}
            title={currency === 'USD' ? 'Revenue and cost' : `Revenue, ${currency}`}
            about="What was paid for the days of each month, beside what upstreams charged in it."
            slots={slots}
            format={moneyIn(currency)}
            rows={[
              { name: 'Revenue', colour: 'good', values: months.map((month) => drawn(incomeIn(month, currency).revenue)) },
              ...(currency === 'USD' ? [{ name: 'Cost', colour: 'warn' as const, values: months.map(({ cost }) => drawn(cost)) }] : []),
            ]}
          />
        ))}
        <Chart
          title="Churn"
          about="Workspaces that paid when a month began and did not at its end, over all that paid when it began."
          slots={slots}
          format={share}
          none={months.every(({ churn }) => churn === null) && 'Nobody paid at the beginning of one of these months.'}
          rows={[{ name: 'Churn', colour: 'bad', values: months.map(({ churn }) => (churn === null ? null : churn / 10_000)) }]}
        />
        <Chart
          title="Workspaces"
          about="All there were at the end of each month, those for whom the bot answered in it, and those that paid."
          slots={slots}
          format={count}
          rows={[
            { name: 'All', colour: 'strong', look: 'line', values: months.map(({ tenants }) => tenants) },
            { name: 'Active', colour: 'accent', look: 'line', values: months.map(({ active }) => active) },
            { name: 'Paying', colour: 'good', look: 'line', values: months.map(({ paying }) => paying) },
          ]}
        />
      </div>
      <Plans plans={plans} />
    </>
  );
}

function Tile({ name, said, children }: { name: string; said: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
      <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
      <dd className="mt-1 text-xl font-semibold tabular-nums wrap-anywhere">{said}</dd>
      <dd className="text-xs text-mute">{children}</dd>
    </div>
  );
}

function Plans({ plans }: { plans: Overview['plans'] }) {
  return (
    <section aria-labelledby="plans" className="rounded-2xl border border-line bg-panel">
      <h2 id="plans" className="p-4 pb-2 font-semibold">
        By plan
      </h2>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="plans">
        <table className="w-full text-end tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-4 py-2 text-start font-medium">
                Plan
              </th>
              {['Workspaces', 'Paying', 'On trial'].map((column) => (
                <th key={column} scope="col" className="px-4 py-2 text-end font-medium">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {plans.map(({ plan, name, tenants, paying, trialing }) => (
              <tr key={plan}>
                <th scope="row" className="px-4 py-2.5 text-start font-medium">
                  {name}
                </th>
                <td className="px-4 py-2.5">{count(tenants)}</td>
                <td className="px-4 py-2.5">{count(paying)}</td>
                <td className="px-4 py-2.5">{count(trialing)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

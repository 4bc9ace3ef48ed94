import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, Building2, Download } from 'lucide-react';
import { save } from '../api/save';
import { useTitle } from '../app/title';
import { mediumDate } from '../inbox/time';
import { count } from '../overview/format';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Refusal } from '../ui/Notice';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { csvOf, PAGE, tenantsQuery, type Tenant, type Wanted } from './api';
import { OperatorLink } from './OperatorLink';
import { money } from '../ui/money';
import { dollars } from './money';
import { Standing } from './Standing';
import { STATUSES, wantedTenants, type Sort } from './wanted';

const COLUMNS: { sort: Sort; label: string }[] = [
  { sort: 'mrr', label: 'MRR' },
  { sort: 'revenue', label: 'Revenue' },
  { sort: 'cost', label: 'Cost' },
  { sort: 'messages', label: 'Messages' },
  { sort: 'members', label: 'Members' },
  { sort: 'created_at', label: 'Since' },
];

const box = 'h-9 rounded-lg border border-line bg-panel px-2.5 text-base hover:border-strong sm:text-sm';

/** Every workspace there is. */
export function TenantsPage() {
  useTitle('Workspaces', 'Operators');
  const wanted = wantedTenants(useSearch({ strict: false }) as Record<string, unknown>);
  const navigate = useNavigate();
  const change = (next: Wanted) => void navigate({ to: '.', search: next as never, replace: true });
  const { data, error, refetch } = useQuery(tenantsQuery(wanted));
  const download = useMutation({ mutationFn: async () => save(await csvOf(wanted), 'tenants.csv') });
  const narrowed = Boolean(wanted.search ?? wanted.subscription);
  return (
    <Page
      wide
      title="Workspaces"
      lead="Revenue, cost and messages are of this month."
      actions={
        <Button onClick={() => download.mutate()} disabled={download.isPending}>
          <Download className="size-4 text-mute" aria-hidden /> {download.isPending ? 'Preparing…' : 'Download CSV'}
        </Button>
      }
    >
      <div className="mt-5 space-y-4">
        <Refusal error={download.error} />
        <div className="flex flex-wrap gap-2">
          <input
            type="search"
            aria-label="Search workspaces"
            placeholder="Name or id"
            defaultValue={wanted.search}
            onChange={({ target }) => change({ ...withoutPage(wanted), search: target.value })}
            className={`${box} w-full sm:w-64`}
          />
          <select
            aria-label="Subscription"
            value={wanted.subscription ?? ''}
            onChange={({ target }) => change({ ...withoutPage(wanted), subscription: target.value })}
            className={box}
          >
            <option value="">Any subscription</option>
            {Object.entries(STATUSES).map(([status, label]) => (
              <option key={status} value={status}>
                {label}
              </option>
            ))}
          </select>
        </div>
        {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the workspaces" lines={8} />)}
        {data?.items.length === 0 && (
          <Empty icon={Building2} title={narrowed ? 'Nothing like this' : 'No workspace'}>
            <p>{narrowed ? 'No workspace matches what you asked for.' : 'There is none on this page.'}</p>
            <Button onClick={() => change({})}>Show all</Button>
          </Empty>
        )}
        {data && data.items.length > 0 && (
          <>
            <Table tenants={data.items} wanted={wanted} change={change} />
            <Pages total={data.total} wanted={wanted} change={change} />
          </>
        )}
      </div>
    </Page>
  );
}

function withoutPage(wanted: Wanted): Wanted {
  const first = { ...wanted };
  delete first.page;
  return first;
}

interface Shown {
  wanted: Wanted;
  change: (next: Wanted) => void;
}

function Table({ tenants, wanted, change }: Shown & { tenants: Tenant[] }) {
  return (
    <div className="overflow-x-auto rounded-2xl border border-line bg-panel" tabIndex={0} role="group" aria-label="Workspaces">
      <table className="w-full text-end tabular-nums">
        <thead className="text-xs text-mute">
          <tr>
            <Head sort="name" label="Workspace" start wanted={wanted} change={change} />
            <th scope="col" className="px-3 py-2 text-start font-medium">
              Plan
            </th>
            {COLUMNS.map(({ sort, label }) => (
              <Head key={sort} sort={sort} label={label} wanted={wanted} change={change} />
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-t border-line">
          {tenants.map((tenant) => (
            <tr key={tenant.id}>
              <th scope="row" className="max-w-64 truncate px-4 py-2.5 text-start font-medium">
                <OperatorLink to="/tenants/$tenant" params={{ tenant: tenant.id }} className="rounded text-accent hover:underline">
                  {tenant.name}
                </OperatorLink>
              </th>
              <td className="px-3 py-2.5 text-start whitespace-nowrap">
                {tenant.plan} <Standing tenant={tenant} />
              </td>
              <td className="px-3 py-2.5">{tenant.currency ? money({ amount: tenant.mrr, currency: tenant.currency }) : '–'}</td>
              <td className="px-3 py-2.5">{tenant.currency ? money({ amount: tenant.revenue, currency: tenant.currency }) : '–'}</td>
              <td className="px-3 py-2.5">{dollars(tenant.cost)}</td>
              <td className="px-3 py-2.5">{count(tenant.messages)}</td>
              <td className="px-3 py-2.5">{count(tenant.members)}</td>
              <td className="px-3 py-2.5 whitespace-nowrap">{mediumDate(new Date(tenant.created_at))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A column by which it can be sorted: figures from the greatest, then the other way. */
function Head({ sort, label, start, wanted, change }: Shown & { sort: Sort; label: string; start?: boolean }) {
  const sorted = (wanted.sort ?? 'name') === sort;
  const down = Boolean(wanted.descending);
  const next = () => change({ ...withoutPage(wanted), sort, descending: sorted ? !down : sort !== 'name' });
  const Arrow = down ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={sorted ? (down ? 'descending' : 'ascending') : 'none'} className={`py-2 pe-1 font-medium ${start ? 'ps-2 text-start' : 'ps-1 text-end'}`}>
      <button type="button" onClick={next} className="inline-flex items-center gap-1 rounded px-2 py-1 whitespace-nowrap hover:bg-sunken hover:text-ink">
        {label} {sorted && <Arrow className="size-3" aria-hidden />}
      </button>
    </th>
  );
}

function Pages({ total, wanted, change }: Shown & { total: number }) {
  const [page, pages] = [wanted.page ?? 1, Math.ceil(total / PAGE)];
  if (pages < 2) return null;
  return (
    <nav aria-label="Pages of workspaces" className="flex items-center justify-between gap-3">
      <Button disabled={page <= 1} onClick={() => change({ ...wanted, page: page - 1 })}>
        Before
      </Button>
      <span className="text-mute">
        Page {count(page)} of {count(pages)}
      </span>
      <Button disabled={page >= pages} onClick={() => change({ ...wanted, page: page + 1 })}>
        Next
      </Button>
    </nav>
  );
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, Lock, Receipt, X } from 'lucide-react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Chart } from '../overview/Chart';
import { Controls } from '../overview/Controls';
import { cost, count, longSlotName, share } from '../overview/format';
import { daysOf } from '../overview/range';
import { spacesQuery } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { money } from '../ui/money';
import { ledgerPath, ledgerQuery, type By, type Ledger, type Wanted } from './api';
import { Calls } from './Calls';
import { daysBetween, KIND_NAMES, lines, stacks, type Line } from './groups';
import { readLedger, type LedgerSearch, type Said } from './search';
import { Unpriced } from './Unpriced';

const route = getRouteApi('/billing/ledger');

/** What models cost, by day and by what one likes, down to the single call. */
export function LedgerPage() {
  useTitle('Ledger');
  return useMay('billing:read') ? (
    <Explorer />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>An admin of your workspace sees what its models cost.</p>
    </Empty>
  );
}

function Explorer() {
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: spaces, error: unknown } = useQuery(spacesQuery(api));
  const space = spaces?.find(({ slug }) => slug === search.space);
  const days = daysOf(search, new Date());
  const by = search.by ?? 'model';
  const known = !search.space || spaces !== undefined;
  const wanted: Wanted = { days, space: space?.id, model: search.model, kind: search.kind };
  const found = useQuery({ ...ledgerQuery(api, wanted, `day,${by}`), enabled: known });
  const { data, refetch } = found;
  const error = found.error ?? (known ? null : unknown);
  const change = (next: Said) => void navigate({ search: readLedger(next), replace: true });
  const narrow = (key: string) => {
    if (by === 'space') change({ ...search, space: spaces?.find(({ id }) => id === key)?.slug, by: 'model' });
    else change({ ...search, [by]: key, by: by === 'model' ? 'kind' : 'model' });
  };

  return (
    <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      {data && error && <Stale />}
      <div className="mx-auto max-w-6xl space-y-4 p-4 sm:p-6">
        <div>
          <Link to="/billing" className="inline-flex items-center gap-1 text-mute hover:text-ink">
            <ArrowLeft className="size-4" aria-hidden /> Billing
          </Link>
          <h1 className="mt-1 text-xl font-semibold tracking-tight">Ledger</h1>
          <p className="text-mute">
            {longSlotName(days.from)} to {longSlotName(days.to)} {data && <span className="whitespace-nowrap">({data.time_zone.replaceAll('_', ' ')})</span>}
          </p>
        </div>
        <Controls
          search={search}
          days={days}
          spaces={spaces ?? []}
          space={space}
          change={(next) => change({ by, model: search.model, kind: search.kind, ...next })}
          table={{ name: 'ledger', path: ledgerPath(wanted, 'day,space,model,kind') }}
          compares={false}
        />
        <Filters search={search} by={by} change={change} />
        {!data && error && <Failure error={error} retry={refetch} />}
        {!data && !error && <div role="status" aria-label="Loading the ledger" className="h-96 animate-pulse rounded-2xl bg-sunken" />}
        {data && (
          <div aria-busy={found.isPlaceholderData} className={`space-y-4 transition-opacity ${found.isPlaceholderData ? 'opacity-55' : ''}`}>
            <Unpriced models={data.unpriced} />
            <Tiles ledger={data} />
            {data.total.calls === 0 ? <Nothing /> : <Told ledger={data} by={by} wanted={wanted} narrow={narrow} />}
          </div>
        )}
      </div>
    </div>
  );
}

const BY_NAMES: Record<By, string> = { model: 'Model', kind: 'Purpose', space: 'Space' };

/** What the bars are, and what they are narrowed to. */
function Filters({ search, by, change }: { search: LedgerSearch; by: By; change: (search: Said) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div role="group" aria-label="By" className="flex gap-1 rounded-xl bg-sunken p-1">
        {(Object.keys(BY_NAMES) as By[]).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === by}
            onClick={() => change({ ...search, by: one })}
            className="h-7 rounded-lg px-2.5 font-medium text-mute hover:text-ink aria-pressed:bg-panel aria-pressed:text-ink aria-pressed:shadow-sm"
          >
            {BY_NAMES[one]}
          </button>
        ))}
      </div>
      {search.model && <Chip name={search.model} drop={() => change({ ...search, model: undefined })} />}
      {search.kind && <Chip name={KIND_NAMES[search.kind]} drop={() => change({ ...search, kind: undefined })} />}
    </div>
  );
}

function Chip({ name, drop }: { name: string; drop: () => void }) {
  return (
    <span className="flex h-9 max-w-full items-center gap-1 rounded-lg bg-accent-soft ps-3 text-accent">
      <span className="truncate">{name}</span>
      <button type="button" aria-label={`Show more than ${name}`} onClick={drop} className="grid size-8 shrink-0 place-items-center">
        <X className="size-4" aria-hidden />
      </button>
    </span>
  );
}

function Tiles({ ledger: { total, month, paid } }: { ledger: Ledger }) {
  const tiles = [
    { name: 'In these days', value: cost(total.cost_nanos), of: `${count(total.calls)} ${total.calls === 1 ? 'call' : 'calls'}` },
    { name: 'Read from the cache', value: share(total.cache_hit_rate), of: 'of the tokens sent' },
    { name: 'This month so far', value: cost(month.cost_nanos), of: 'whatever is shown here' },
    { name: 'This month, estimated', value: cost(month.estimate_nanos), of: 'as the last 7 days went' },
    { name: 'Paid for the plan', value: paid.map((one) => money(one)).join(', ') || 'Nothing', of: 'in these days, without taxes' },
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-5">
      {tiles.map(({ name, value, of }) => (
        <div key={name} className="min-w-0 rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1">
            <span className="block text-xl font-semibold tabular-nums sm:text-2xl">{value}</span>
            <span className="text-xs text-mute">{of}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Told({ ledger: { groups, from, to, total }, by, wanted, narrow }: { ledger: Ledger; by: By; wanted: Wanted; narrow: (key: string) => void }) {
  const all = lines(groups, by);
  const days = daysBetween(from, to);
  return (
    <>
      <Chart
        title="Cost by day"
        about={`By ${BY_NAMES[by].toLowerCase()}, on the day each call ended.`}
        slots={days}
        rows={stacks(groups, by, days, all)}
        format={cost}
        none={total.cost_nanos === 0 && 'None of these calls cost anything.'}
      />
      <Lines all={all} by={by} narrow={narrow} />
      <Calls wanted={wanted} />
    </>
  );
}

const COLUMNS = ['Calls', 'Input', 'Output', 'Cache writes', 'Cache reads', 'Hit rate', 'Cost'];

function Lines({ all, by, narrow }: { all: Line[]; by: By; narrow: (key: string) => void }) {
  return (
    <section aria-labelledby="lines" className="min-w-0 rounded-2xl border border-line bg-panel">
      <h2 id="lines" className="px-4 pt-4 font-semibold">
        By {BY_NAMES[by].toLowerCase()}
      </h2>
      <p className="mt-0.5 px-4 pb-2 text-xs text-mute">Tokens as the upstream counted them. Input is what was neither read from nor written to a cache.</p>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-labelledby="lines">
        <table className="w-full text-end tabular-nums">
          <thead className="text-xs text-mute">
            <tr>
              <th scope="col" className="px-4 py-2 text-start font-medium">
                {BY_NAMES[by]}
              </th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" className="px-3 py-2 text-end font-medium whitespace-nowrap last:pe-4">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {all.map(({ key, name, figure }) => (
              <tr key={key}>
                <th scope="row" className="px-4 py-2.5 text-start font-medium">
                  <button type="button" onClick={() => narrow(key)} className="text-start text-accent hover:underline">
                    {name}
                  </button>
                </th>
                <td className="px-3 py-2.5">{count(figure.calls)}</td>
                <td className="px-3 py-2.5">{count(figure.input)}</td>
                <td className="px-3 py-2.5">{count(figure.output)}</td>
                <td className="px-3 py-2.5">{count(figure.cache_write)}</td>
                <td className="px-3 py-2.5">{count(figure.cache_read)}</td>
                <td className="px-3 py-2.5">{share(figure.cache_hit_rate)}</td>
                <td className="px-3 py-2.5 pe-4 font-medium">{figure.unpriced > 0 && figure.cost_nanos === 0 ? 'Unknown' : cost(figure.cost_nanos)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Nothing() {
  return (
    <div className="flex min-h-96">
      <Empty icon={Receipt} title="No call was charged in these days">
        <p>Every call to a model is here once it is answered: answers, embeddings, drafts and summaries. Answers from memory cost nothing and are no calls.</p>
      </Empty>
    </div>
  );
}

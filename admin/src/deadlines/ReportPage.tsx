import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, Timer } from 'lucide-react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { Chart } from '../overview/Chart';
import { count, duration, share } from '../overview/format';
import { daysOf, type OverviewSearch } from '../overview/range';
import { save } from '../overview/save';
import { Button, buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { KIND_WORDS, KINDS, PRIORITIES, reportPath, reportQuery, type Kept, type OfGroup, type SlaReport } from './api';
import { GroupTable } from './GroupTable';

const route = getRouteApi('/deadlines/');
const RANGES = { '7d': '7 days', '30d': '30 days', '90d': '90 days', month: 'This month' } as const;
type Range = keyof typeof RANGES;

/** How deadlines were kept: in figures, by day, and by whose they were. */
export function ReportPage() {
  useTitle('Deadlines');
  const api = useApi();
  const search: OverviewSearch = route.useSearch();
  const navigate = route.useNavigate();
  const days = daysOf(search, new Date());
  const { data, error, refetch, isPlaceholderData } = useQuery(reportQuery(api, days));
  const download = useMutation({
    mutationFn: async () => save(`deadlines-${days.from}-${days.to}.csv`, await api.text(reportPath(days), 'text/csv')),
  });
  return (
    <div className="space-y-4">
      {data && error && <Stale />}
      <div className="flex flex-wrap items-center gap-2">
        <div role="group" aria-label="Days" className="flex flex-wrap gap-1 rounded-xl bg-sunken p-1">
          {(Object.keys(RANGES) as Range[]).map((range) => (
            <button
              key={range}
              type="button"
              aria-pressed={range === (search.range ?? '30d')}
              onClick={() => void navigate({ search: range === '30d' ? {} : { range }, replace: true })}
              className="h-7 rounded-lg px-2.5 font-medium text-mute hover:text-ink aria-pressed:bg-panel aria-pressed:text-ink aria-pressed:shadow-sm"
            >
              {RANGES[range]}
            </button>
          ))}
        </div>
        <Button onClick={() => download.mutate()} disabled={download.isPending} className="ms-auto">
          <Download className="size-4 text-mute" aria-hidden /> CSV
        </Button>
      </div>
      <Refusal error={download.error} />
      {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the report" lines={4} />)}
      {data && !decided(data) && (
        <Empty icon={Timer} title="No deadline came in these days">
          <p>A deadline is in the report from when it was met, or when it was due.</p>
          <Link to="/deadlines/policies" className={buttonLook('plain')}>
            See the policies
          </Link>
        </Empty>
      )}
      {data && decided(data) && (
        <div aria-busy={isPlaceholderData} className={`space-y-4 transition-opacity ${isPlaceholderData ? 'opacity-55' : ''}`}>
          <Figures data={data} />
          <Charts data={data} />
          <div className="grid gap-4 lg:grid-cols-2">
            <GroupTable title="By priority" groups={inOrder(data.priorities)} none="No priority" />
            <GroupTable title="By policy" groups={data.policies} none="No policy" />
            <GroupTable title="By team" groups={data.teams} none="No team" />
            <GroupTable title="By agent" groups={data.agents} none="Nobody" />
          </div>
        </div>
      )}
    </div>
  );
}

/** The most urgent first. */
const inOrder = (groups: OfGroup[]) => PRIORITIES.flatMap((priority) => groups.filter(({ key }) => key === priority));
const all = ({ met, breached }: Kept) => met + breached;
const decided = ({ totals }: SlaReport) => KINDS.some((kind) => all(totals[kind]) > 0 || totals[kind].median_seconds !== null);

function Figures({ data: { totals } }: { data: SlaReport }) {
  const tiles = KINDS.flatMap((kind) => {
    const kept = totals[kind];
    const median = kept.median_seconds === null ? null : kept.median_seconds * 1_000;
    return [
      { name: `${KIND_WORDS[kind]} in time`, value: share(all(kept) > 0 ? kept.met / all(kept) : null), of: `${count(kept.met)} of ${count(all(kept))}` },
      { name: `${KIND_WORDS[kind]}, median`, value: duration(median), of: 'of the time that counts' },
    ];
  });
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      {tiles.map(({ name, value, of }) => (
        <div key={name} className="min-w-0 rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1 text-xl font-semibold tabular-nums sm:text-2xl">{value}</dd>
          <dd className="text-xs text-mute">{of}</dd>
        </div>
      ))}
    </dl>
  );
}

function Charts({ data: { series, totals } }: { data: SlaReport }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {KINDS.map((kind) => (
        <Chart
          key={kind}
          title={KIND_WORDS[kind]}
          about={kind === 'first_response' ? 'First replies that were awaited, kept and missed.' : 'Tickets to be resolved, kept and missed.'}
          slots={series.map(({ at }) => at)}
          format={count}
          none={all(totals[kind]) === 0 && 'None was due in these days.'}
          rows={[
            { name: 'In time', colour: 'good', stack: 'all', values: series.map(({ kept }) => kept[kind].met) },
            { name: 'Breached', colour: 'bad', stack: 'all', values: series.map(({ kept }) => kept[kind].breached) },
          ]}
        />
      ))}
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ChartNoAxesCombined } from 'lucide-react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { spacesQuery } from '../spaces/api';
import { buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { analyticsPath, analyticsQuery, happened } from './api';
import { Charts } from './Charts';
import { Controls } from './Controls';
import { Head } from './Head';
import { daysOf, readSearch, type OverviewSearch } from './range';
import { SpacesTable } from './SpacesTable';
import { Tiles } from './Tiles';

const route = getRouteApi('/overview');

/** What happened: in figures, in pictures, and by space. */
export function OverviewPage() {
  useTitle('Overview');
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: spaces, error: unknown } = useQuery(spacesQuery(api));
  const space = spaces?.find(({ slug }) => slug === search.space);
  const days = daysOf(search, new Date());
  // A space that is named is not mistaken for all of them while its id is on its way.
  const known = !search.space || spaces !== undefined;
  const found = useQuery({ ...analyticsQuery(api, days, space?.id, search.compare !== false), enabled: known });
  const { data, refetch } = found;
  const error = found.error ?? (known ? null : unknown);
  const change = (next: OverviewSearch) => void navigate({ search: readSearch(next), replace: true });

  return (
    <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      {data && error && <Stale />}
      <div className="mx-auto max-w-6xl space-y-4 p-4 sm:p-6">
        <Head title="Overview" days={days} />
        <Controls search={search} days={days} spaces={spaces ?? []} space={space} change={change} table={{ name: 'analytics', path: analyticsPath(days, space?.id, false) }} />
        {!data && error && <Failure error={error} retry={refetch} />}
        {!data && !error && <Loading />}
        {data && !happened(data.totals) && <Nothing slug={(space ?? spaces?.[0])?.slug} />}
        {data && happened(data.totals) && (
          <div aria-busy={found.isPlaceholderData} className={`space-y-4 transition-opacity ${found.isPlaceholderData ? 'opacity-55' : ''}`}>
            <Tiles data={data} />
            <Charts data={data} />
            {data.spaces && data.spaces.length > 1 && (
              <SpacesTable spaces={data.spaces} open={(id) => change({ ...search, space: spaces?.find((one) => one.id === id)?.slug ?? '' })} />
            )}
          </div>
        )}
      </div>
    </div>
  );
}

function Nothing({ slug }: { slug: string | undefined }) {
  return (
    <div className="flex min-h-96">
      <Empty icon={ChartNoAxesCombined} title="Nothing happened in these days">
        <p>Figures begin with the first visitor who writes.</p>
        {slug && (
          <Link to="/spaces/$space/install" params={{ space: slug }} className={buttonLook('primary')}>
            Install the widget
          </Link>
        )}
      </Empty>
    </div>
  );
}

/** As large as what comes. */
function Loading() {
  return (
    <div role="status" aria-label="Loading the figures" className="animate-pulse space-y-4">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3">
        {Array.from({ length: 9 }, (_, i) => (
          <div key={i} className="h-34 rounded-2xl bg-sunken" />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        {Array.from({ length: 4 }, (_, i) => (
          <div key={i} className="h-80 rounded-2xl bg-sunken" />
        ))}
      </div>
    </div>
  );
}

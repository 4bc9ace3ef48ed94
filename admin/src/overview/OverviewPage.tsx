import { getRouteApi, Link } from '@tanstack/react-router';
import { ChartNoAxesCombined } from 'lucide-react';
import { buttonLook } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { analyticsPath, analyticsQuery, happened } from './api';
import { Charts } from './Charts';
import { readOverview, type OverviewSearch } from './range';
import { Report, useReport } from './Report';
import { SpacesTable } from './SpacesTable';
import { Tiles } from './Tiles';

const route = getRouteApi('/overview');

/** What happened: in figures, in pictures, and by space. */
export function OverviewPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const report = useReport(search, (api, days, space) => analyticsQuery(api, days, { space, channel: search.channel }, search.compare !== false));
  const { days, spaces, space } = report;
  const change = (next: OverviewSearch) => void navigate({ search: readOverview(next), replace: true });
  const table = { name: 'analytics', path: analyticsPath(days, { space: space?.id, channel: search.channel }, false) };
  return (
    <Report title="Overview" search={search} change={change} report={report} table={table} channels loading={<Loading />}>
      {(data) =>
        happened(data.totals) ? (
          <>
            <Tiles data={data} />
            <Charts data={data} />
            {data.spaces && data.spaces.length > 1 && (
              <SpacesTable spaces={data.spaces} open={(id) => change({ ...search, space: spaces.find((one) => one.id === id)?.slug ?? '' })} />
            )}
          </>
        ) : (
          <Nothing slug={(space ?? spaces[0])?.slug} />
        )
      }
    </Report>
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
      <div className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3 xl:grid-cols-4">
        {Array.from({ length: 12 }, (_, i) => (
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

import { useQuery, type QueryKey, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi, type Api } from '../api/client';
import { useTitle } from '../app/title';
import { spacesQuery, type Space } from '../spaces/api';
import { Failure, Stale } from '../ui/Failure';
import { Controls } from './Controls';
import type { Table } from './Download';
import { Head } from './Head';
import { daysOf, type Days, type OverviewSearch } from './range';

/** What a report is of, and what was found. */
interface Found<Data> {
  days: Days;
  spaces: Space[];
  /** The one that is asked for. */
  space: Space | undefined;
  found: UseQueryResult<Data>;
  error: Error | null;
}

type Query<Data, Key extends QueryKey> = (api: Api, days: Days, space: string | undefined) => UseQueryOptions<Data, Error, Data, Key>;

/** What there is of the space and days that an address names. */
export function useReport<Data, Key extends QueryKey>(search: OverviewSearch, query: Query<Data, Key>): Found<Data> {
  const api = useApi();
  const { data: spaces, error: unknown } = useQuery(spacesQuery(api));
  const space = spaces?.find(({ slug }) => slug === search.space);
  const days = daysOf(search, new Date());
  // A space that is named is not mistaken for all of them while its id is on its way.
  const known = !search.space || spaces !== undefined;
  const found = useQuery({ ...query(api, days, space?.id), enabled: known });
  return { days, spaces: spaces ?? [], space, found, error: found.error ?? (known ? null : unknown) };
}

interface ReportProps<Data> {
  title: string;
  search: OverviewSearch;
  change: (search: OverviewSearch) => void;
  report: Found<Data>;
  table: Table;
  /** Whether those before may stand beside them. */
  compares?: boolean;
  /** Whether one channel may be asked for. */
  channels?: boolean;
  loading: ReactNode;
  children: (data: Data) => ReactNode;
}

/** A page of figures: which days and space, and what is shown of them. */
export function Report<Data>({ title, search, change, report, table, compares, channels, loading, children }: ReportProps<Data>) {
  useTitle(title);
  const { days, spaces, space, found, error } = report;
  const { data, refetch, isPlaceholderData } = found;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      {data && error && <Stale />}
      <div className="mx-auto max-w-6xl space-y-4 p-4 sm:p-6">
        <Head title={title} days={days} />
        <Controls search={search} days={days} spaces={spaces} space={space} change={change} table={table} compares={compares} channels={channels} />
        {!data && (error ? <Failure error={error} retry={refetch} /> : loading)}
        {data && (
          <div aria-busy={isPlaceholderData} className={`space-y-4 transition-opacity ${isPlaceholderData ? 'opacity-55' : ''}`}>
            {children(data)}
          </div>
        )}
      </div>
    </div>
  );
}

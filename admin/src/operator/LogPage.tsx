import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useTitle } from '../app/title';
import { exactTime, mediumTime } from '../inbox/time';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { logQuery, type Act } from './api';

/** What operators did, and who was made one. */
export function LogPage() {
  useTitle('Log', 'Operators');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(logQuery);
  return (
    <Page title="Log" lead="What operators did. Nothing in it can be changed or removed.">
      <div className="mt-5 space-y-4">
        {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the log" lines={8} />)}
        {data?.length === 0 && <Empty icon={ScrollText} title="Nothing yet" />}
        {data && data.length > 0 && (
          <ul className="divide-y divide-line rounded-2xl border border-line bg-panel">
            {data.map((act) => (
              <li key={act.id} className="space-y-1 px-4 py-3">
                <p className="flex flex-wrap items-baseline gap-x-3">
                  <span className="min-w-0 flex-1 basis-64">{inWords(act)}</span>
                  <time dateTime={act.at} title={exactTime(new Date(act.at))} className="text-xs text-mute tabular-nums">
                    {mediumTime(new Date(act.at))}
                  </time>
                </p>
                <p className="text-xs wrap-anywhere text-mute">{details(act)}</p>
              </li>
            ))}
          </ul>
        )}
        {hasNextPage && <More label="Show older acts" busy={isFetchingNextPage} load={fetchNextPage} />}
      </div>
    </Page>
  );
}

/** An act as a sentence. */
function inWords({ action, email, tenant_name, tenant }: Act): string {
  const workspace = tenant_name ?? tenant ?? '';
  switch (action) {
    case 'operator.add':
      return `${email} was made an operator on the command line`;
    case 'operator.remove':
      return `${email} was taken from the operators on the command line`;
    case 'operator.enter':
      return `${email} entered`;
    case 'operator.leave':
      return `${email} left`;
    case 'operator.begin':
      return `${email} began to act as ${workspace}`;
    case 'operator.end':
      return `${email} no longer acts as ${workspace}`;
    default:
      return `${email}: ${action} ${workspace}`;
  }
}

/** What there is to say of it. */
function details({ details, address }: Act): string {
  const { reason, may_write, requests, how } = details ?? {};
  return [
    typeof reason === 'string' && `${reason} (${may_write ? 'with changes' : 'to read only'})`,
    typeof requests === 'number' && `${requests} ${requests === 1 ? 'request' : 'requests'}`,
    how === 'over' && 'the time was over',
    address && `from ${address}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

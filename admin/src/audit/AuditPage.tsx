import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download, Lock, ScrollText } from 'lucide-react';
import { useApi } from '../api/client';
import { save } from '../api/save';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Refusal } from '../ui/Notice';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { auditQuery } from './api';
import { AuditRow } from './AuditRow';
import { Filters } from './Filters';
import { queryOf, type Wanted } from './wanted';

const route = getRouteApi('/audit');

/** Who did what, as far back as the workspace goes. */
export function AuditPage() {
  useTitle('Audit log');
  return useMay('audit:read') ? (
    <Log />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>An admin of your workspace can see who did what.</p>
    </Empty>
  );
}

function Log() {
  const [api, wanted, navigate] = [useApi(), route.useSearch(), route.useNavigate()];
  const found = useInfiniteQuery(auditQuery(api, wanted));
  const { data: events, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  const download = useMutation({ mutationFn: async () => save(await api.file(`/api/audit/export?${queryOf(wanted)}`), 'audit.csv') });
  const filter = (next: Wanted) => void navigate({ search: next, replace: true });
  const narrowed = Object.keys(wanted).length > 0;
  return (
    <Page
      wide
      title="Audit log"
      lead="Every administrative act in this workspace. Nothing in it can be changed or removed."
      actions={
        <Button onClick={() => download.mutate()} disabled={download.isPending}>
          <Download className="size-4 text-mute" aria-hidden /> {download.isPending ? 'Preparing…' : 'Download CSV'}
        </Button>
      }
    >
      <div className="mt-5 space-y-4">
        <Refusal error={download.error} />
        <Filters wanted={wanted} change={filter} />
        {!events && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the audit log" lines={8} />)}
        {events?.length === 0 && (
          <Empty icon={ScrollText} title={narrowed ? 'Nothing like this' : 'Nothing yet'}>
            <p>{narrowed ? 'No act matches what you asked for.' : 'It begins with the first change that somebody makes.'}</p>
            {narrowed && <Button onClick={() => filter({})}>Show everything</Button>}
          </Empty>
        )}
        {events && events.length > 0 && (
          <ul className="divide-y divide-line rounded-xl border border-line">
            {events.map((event) => (
              <AuditRow key={event.id} event={event} only={(actor) => filter({ ...wanted, actor })} />
            ))}
          </ul>
        )}
        {hasNextPage && <More label="Show older acts" busy={isFetchingNextPage} load={fetchNextPage} />}
      </div>
    </Page>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useMatchRoute } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useSpace, type Space } from '../spaces/api';
import { useShownTab } from '../ui/shownTab';
import { AddMenu } from './AddMenu';
import { DropZone } from './DropZone';
import { useActiveJobs, useKnowledgeNews } from './live';
import { uploadsTo } from './uploads';
import { UploadTray } from './UploadTray';

/** What a space knows: its documents, the websites it reads, and the work on them. Files can be dropped on all of it. */
export function KnowledgeLayout() {
  const space = useSpace();
  const [api, queries] = [useApi(), useQueryClient()];
  const uploads = useMemo(() => uploadsTo(api, queries, space.id), [api, queries, space.id]);
  const mayWrite = useMay('knowledge:write');
  useKnowledgeNews(space.id);
  const page = (
    <div className="flex min-h-0 flex-1 flex-col bg-panel">
      <div className="flex shrink-0 items-center justify-between gap-3 border-b border-line px-3 py-2 sm:px-5">
        <Views space={space} />
        {mayWrite && <AddMenu uploads={uploads} />}
      </div>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <Outlet />
      </div>
      <UploadTray uploads={uploads} />
    </div>
  );
  return mayWrite ? <DropZone uploads={uploads}>{page}</DropZone> : page;
}

const VIEWS = [
  { to: '/spaces/$space/knowledge', label: 'Documents', exact: true },
  { to: '/spaces/$space/knowledge/websites', label: 'Websites', exact: false },
  { to: '/spaces/$space/knowledge/gaps', label: 'Gaps', exact: false },
  { to: '/spaces/$space/knowledge/jobs', label: 'Jobs', exact: false },
] as const;

function Views({ space }: { space: Space }) {
  const active = useActiveJobs(space.id).size;
  const tabs = useShownTab();
  const reads = Boolean(useMatchRoute()({ to: '/spaces/$space/knowledge/documents/$document' }));
  return (
    <nav ref={tabs} aria-label="Knowledge" className="-ms-1 flex min-w-0 gap-0.5 overflow-x-auto">
      {VIEWS.map(({ to, label, exact }) => (
        <Link
          key={to}
          to={to}
          params={{ space: space.slug }}
          activeOptions={{ exact, includeSearch: false }}
          data-current={(exact && reads) || undefined}
          className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium max-sm:px-2 text-mute hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink data-current:bg-sunken data-current:text-ink"
        >
          {label}
          {label === 'Jobs' && active > 0 && (
            <span className="rounded-full bg-accent-soft px-1.5 text-xs font-medium text-accent tabular-nums">
              {active}
              <span className="sr-only"> waiting or running</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

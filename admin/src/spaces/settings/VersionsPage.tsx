import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { sentence } from '../../api/problem';
import { exactTime, mediumTime } from '../../inbox/time';
import { Button } from '../../ui/Button';
import { Confirm } from '../../ui/Dialog';
import { Failure } from '../../ui/Failure';
import { More } from '../../ui/More';
import { SkeletonLines } from '../../ui/Skeleton';
import { Tag } from '../../ui/Tag';
import { keepSpace, useSpace, type Space } from '../api';
import { Differences } from './Differences';
import { differencesQuery, versionsQuery, type Version } from './queries';
import { SettingsPage } from './SettingsPage';

/** Everything the space was set to, what changed, and setting it so again. */
export function VersionsPage() {
  const found = useInfiniteQuery(versionsQuery(useApi(), useSpace()));
  const { data: versions, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  const [restoring, setRestoring] = useState<Version | null>(null);
  return (
    <SettingsPage title="Versions" lead="Each time somebody saves, the name, the settings and the sites become a version. The newest 200 are kept. The address is none of it.">
      <div className="mt-6">
        {!versions && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading versions" />)}
        {versions && (
          <ol className="divide-y divide-line rounded-xl border border-line">
            {versions.map((version) => (
              <Row key={version.n} version={version} restore={() => setRestoring(version)} />
            ))}
          </ol>
        )}
        {hasNextPage && <More label="Show older versions" busy={isFetchingNextPage} load={fetchNextPage} />}
        {restoring && <Restore version={restoring} close={() => setRestoring(null)} />}
      </div>
    </SettingsPage>
  );
}

function Row({ version, restore }: { version: Version; restore: () => void }) {
  const [open, setOpen] = useState(false);
  const { n, present, by, note, restored_from, at } = version;
  return (
    <li>
      <div className="flex items-center gap-2 p-2 pe-3">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-2.5 rounded-lg p-1.5 text-start hover:bg-sunken"
        >
          <ChevronRight className={`size-4 shrink-0 text-mute transition-transform ${open ? 'rotate-90' : ''}`} aria-hidden />
          <span className="w-8 shrink-0 font-mono text-mute tabular-nums">{n}</span>
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{note ?? (restored_from ? `Version ${restored_from} brought back` : n === 1 ? 'Created' : 'Changed')}</span>
            <span className="block text-xs wrap-anywhere text-mute">
              <time dateTime={at} title={exactTime(new Date(at))}>{mediumTime(new Date(at))}</time> · {by.name}
            </span>
          </span>
        </button>
        {present ? (
          <Tag look="good">Now</Tag>
        ) : (
          <Button look="quiet" onClick={restore} aria-label={`Restore version ${n}`}>
            Restore
          </Button>
        )}
      </div>
      {open && (
        <div className="px-3 pb-4 sm:ps-12">
          {n === 1 ? <p className="text-mute">The space as it was made.</p> : <Difference from={n - 1} to={n} />}
        </div>
      )}
    </li>
  );
}

function Difference({ from, to }: { from: number; to: number }) {
  const { data: items, error } = useQuery(differencesQuery(useApi(), useSpace(), from, to));
  if (error) return <p className="text-mute">{sentence(error)}</p>;
  return items ? <Differences items={items} /> : <SkeletonLines label="Comparing" lines={2} />;
}

function Restore({ version, close }: { version: Version; close: () => void }) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  return (
    <Confirm
      title={`Restore version ${version.n}?`}
      lead={
        <div className="space-y-3">
          <p>The space is set as it was then, at once. That is a new version, so nothing is lost.</p>
          <Difference from={space.version} to={version.n} />
        </div>
      }
      label={`Restore version ${version.n}`}
      wide
      look="primary"
      act={async () => {
        keepSpace(queries, await api.post<Space>(`/api/chat-spaces/${space.id}/versions/${version.n}/restore`));
        await queries.invalidateQueries({ queryKey: ['versions', space.id] });
      }}
      close={close}
    />
  );
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Refusal } from '../ui/Notice';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { archivedQuery, keepSpace, type Space } from './api';
import { DeleteSpace } from './DeleteSpace';

/** Spaces that were put away, and bringing them back. */
export function ArchivedPage() {
  useTitle('Archived spaces');
  const [api, queries, navigate, may] = [useApi(), useQueryClient(), useNavigate(), useMay('spaces:write')];
  const { data: spaces, error, refetch } = useQuery(archivedQuery(api));
  const [deleting, setDeleting] = useState<Space | null>(null);
  const restore = useMutation({
    mutationFn: (space: Space) => api.post<Space>(`/api/chat-spaces/${space.id}/unarchive`),
    onSuccess: async (space) => {
      keepSpace(queries, space);
      await navigate({ to: '/spaces/$space', params: { space: space.slug } });
      await queries.invalidateQueries({ queryKey: ['archived-spaces'] });
    },
  });
  return (
    <Page title="Archived spaces" lead="They are not published and nothing in them changes. What they know and what was said in them is kept.">
      <div className="mt-6 space-y-4">
        <Refusal error={restore.error} />
        {!spaces && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading archived spaces" lines={2} />)}
        {spaces?.length === 0 && (
          <Empty icon={Archive} title="Nothing is archived">
            <p>Archive a space in the danger section of its settings.</p>
          </Empty>
        )}
        {spaces && spaces.length > 0 && (
          <ul className="divide-y divide-line rounded-xl border border-line">
            {spaces.map((space) => (
              <li key={space.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 p-3.5">
                <div className="min-w-0 flex-1 basis-48">
                  <p className="truncate font-medium">{space.name}</p>
                  <p className="text-xs text-mute">Archived {space.archived_at && mediumTime(new Date(space.archived_at))}</p>
                </div>
                {may && (
                  <div className="flex gap-2">
                    <Button look="quiet" onClick={() => setDeleting(space)} aria-label={`Delete ${space.name}`}>
                      Delete
                    </Button>
                    <Button disabled={restore.isPending} onClick={() => restore.mutate(space)} aria-label={`Bring back ${space.name}`}>
                      Bring back
                    </Button>
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
      {deleting && <DeleteSpace space={deleting} close={() => setDeleting(null)} />}
    </Page>
  );
}

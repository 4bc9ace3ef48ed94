import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Pencil, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Refusal } from '../ui/Notice';
import { lookAgain, type Source } from './api';
import { WebsiteDialog } from './WebsiteDialog';

export function SourceActions({ source, slug, busy }: { source: Source; slug: string; busy: boolean }) {
  const [api, queries, navigate] = [useApi(), useQueryClient(), useNavigate()];
  const [asks, setAsks] = useState<'change' | 'remove' | null>(null);
  const read = useMutation({ mutationFn: () => api.post(`/api/sources/${source.id}/read`), onSuccess: () => lookAgain(queries) });
  const remove = async () => {
    await api.delete(`/api/sources/${source.id}`);
    await navigate({ to: '/spaces/$space/knowledge/websites', params: { space: slug } });
    lookAgain(queries);
  };
  return (
    <div className="flex flex-col gap-2 sm:items-end">
      <div className="flex flex-wrap gap-2 max-sm:[&_svg]:hidden max-sm:*:px-2.5!">
        <Button onClick={() => read.mutate()} disabled={read.isPending || busy}>
          <RotateCw className="size-4 text-mute" aria-hidden /> Read again now
        </Button>
        <Button onClick={() => setAsks('change')}>
          <Pencil className="size-4 text-mute" aria-hidden /> Change
        </Button>
        <Button onClick={() => setAsks('remove')}>
          <Trash2 className="size-4 text-mute" aria-hidden /> Remove
        </Button>
      </div>
      <Refusal error={read.error} />
      {asks === 'change' && <WebsiteDialog source={source} close={() => setAsks(null)} />}
      {asks === 'remove' && (
        <Confirm
          title="Remove this website?"
          lead="With it go all documents that were read of it, and the assistant finds nothing in them. This cannot be undone."
          label="Remove the website"
          act={remove}
          close={() => setAsks(null)}
        />
      )}
    </div>
  );
}

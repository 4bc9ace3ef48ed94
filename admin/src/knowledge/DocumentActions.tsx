import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Download, ExternalLink, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { save } from '../api/save';
import type { Space } from '../spaces/api';
import { Button, buttonLook } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Refusal } from '../ui/Notice';
import { lookAgain, type Document, type TakenIn } from './api';

interface ActionsProps {
  document: Document;
  space: Space;
  mayWrite: boolean;
  /** Whether it is being read already. */
  busy: boolean;
}

export function DocumentActions({ document, space, mayWrite, busy }: ActionsProps) {
  const [api, queries, navigate] = [useApi(), useQueryClient(), useNavigate()];
  const [deletes, setDeletes] = useState(false);
  const { id, name, media_type, bytes } = document;
  const download = useMutation({ mutationFn: async () => save(await api.file(`/api/documents/${id}/content`), name) });
  const again = useMutation({
    mutationFn: () => api.post<TakenIn>(`/api/documents/${id}/reprocess`),
    onSuccess: () => lookAgain(queries),
  });
  const remove = async () => {
    await api.delete(`/api/documents/${id}`);
    await navigate({ to: '/spaces/$space/knowledge', params: { space: space.slug } });
    lookAgain(queries);
  };
  // Only what a published space shows everybody opens as a page: what a file says must not run as one of ours.
  const opens = space.published && document.status === 'ready' && `/sources/${space.slug}/${id}${media_type === 'application/pdf' ? '/original' : ''}`;
  return (
    <div className="flex flex-col gap-2 sm:items-end">
      <div className="flex flex-wrap gap-2 max-sm:[&_svg]:hidden max-sm:*:px-2.5!">
        {opens && (
          <a href={opens} target="_blank" rel="noopener" className={buttonLook('plain')}>
            <ExternalLink className="size-4 text-mute" aria-hidden /> Open
          </a>
        )}
        {bytes > 0 && (
          <Button onClick={() => download.mutate()} disabled={download.isPending}>
            <Download className="size-4 text-mute" aria-hidden /> Download
          </Button>
        )}
        {mayWrite && (
          <>
            <Button onClick={() => again.mutate()} disabled={again.isPending || busy}>
              <RotateCw className="size-4 text-mute" aria-hidden /> Read again
            </Button>
            <Button onClick={() => setDeletes(true)}>
              <Trash2 className="size-4 text-mute" aria-hidden /> Delete
            </Button>
          </>
        )}
      </div>
      <Refusal error={download.error ?? again.error} />
      {deletes && (
        <Confirm
          title={`Delete “${document.title}”?`}
          lead="The assistant finds nothing in it from then on. This cannot be undone."
          label="Delete the document"
          act={remove}
          close={() => setDeletes(false)}
        />
      )}
    </div>
  );
}

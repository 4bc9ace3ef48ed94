import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useApi } from '../../api/client';
import { mediumTime } from '../../inbox/time';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Dialog } from '../../ui/Dialog';
import { Refusal } from '../../ui/Notice';
import { keepSpace, useSpace, type Space } from '../api';
import { Overlap } from './Overlap';

/** The key that pages name the space by, and changing it. */
export function PublicKey() {
  const space = useSpace();
  const [rotating, setRotating] = useState(false);
  return (
    <>
      <Copyable text={space.public_key} what="the public key" />
      {space.old_key && (
        <p className="rounded-lg bg-sunken px-3 py-2.5 text-xs text-mute">
          The key before, <code className="font-mono wrap-anywhere text-ink">{space.old_key.key}</code>, works until {mediumTime(new Date(space.old_key.until))}.
        </p>
      )}
      <Button onClick={() => setRotating(true)}>Change the key</Button>
      {rotating && <Rotate close={() => setRotating(false)} />}
    </>
  );
}

function Rotate({ close }: { close: () => void }) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [overlap_hours, setOverlap] = useState(168);
  const rotate = useMutation({
    mutationFn: () => api.post<Space>(`/api/chat-spaces/${space.id}/rotate-key`, { overlap_hours }),
    onSuccess: (rotated) => {
      keepSpace(queries, rotated);
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate();
  };
  return (
    <Dialog title="Change the public key" lead="The new key works at once. Pages that name the old one must be changed before it ends; visitors keep their conversations." close={close}>
      <form onSubmit={submit} className="space-y-4">
        <Overlap label="The old key works for" value={overlap_hours} change={setOverlap} />
        {space.old_key && <p className="text-xs text-warn">The key before that ends at once.</p>}
        <Refusal error={rotate.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={rotate.isPending}>
            Change the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

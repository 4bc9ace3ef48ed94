import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import type { Space } from './api';

/** Asks for the name, so that nobody deletes what they did not mean. */
export function DeleteSpace({ space, deleted, close }: { space: Space; deleted?: () => Promise<void>; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/chat-spaces/${space.id}?confirm=${encodeURIComponent(space.slug)}`),
    onSuccess: async () => {
      await deleted?.();
      close();
      await Promise.all([queries.invalidateQueries({ queryKey: ['archived-spaces'] }), queries.invalidateQueries({ queryKey: ['spaces'] })]);
    },
  });
  return (
    <Dialog
      title={`Delete ${space.name}?`}
      lead="Its conversations, visitors, documents, settings and keys are gone at once and cannot be brought back. Its address is free for another space."
      close={close}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
        className="space-y-4"
      >
        <Field label={`Type “${space.name}” to confirm`} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
        <Refusal error={remove.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="danger" disabled={typed.trim() !== space.name.trim() || remove.isPending}>
            Delete the space
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useApi } from '../api/client';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { lookAgain, type TakenIn } from './api';
import { useDraft } from './draft';

interface WriteDialogProps<T> {
  how: 'text' | 'faq';
  title: string;
  lead: string;
  /** A title that it could have. */
  example: string;
  empty: T;
  /** What the server is given. */
  body: (draft: T) => unknown;
  /** What the button does. */
  label: (draft: T) => string;
  close: () => void;
  children: (draft: T, write: (draft: T) => void) => ReactNode;
}

/** A document is written here: kept while it is, then given to the space. */
export function WriteDialog<T extends { title: string }>({ how, title, lead, example, empty, body, label, close, children }: WriteDialogProps<T>) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [draft, write, drop] = useDraft(`${how} ${space.id}`, empty);
  const add = useMutation({
    mutationFn: () => api.post<TakenIn>(`/api/chat-spaces/${space.id}/documents/${how}`, body(draft)),
    onSuccess: () => {
      lookAgain(queries);
      drop();
      close();
    },
  });
  return (
    <Dialog wide title={title} lead={lead} close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field label="Title" required maxLength={200} value={draft.title} onChange={({ target }) => write({ ...draft, title: target.value })} placeholder={example} />
        {children(draft, write)}
        <Refusal error={add.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={add.isPending}>
            {label(draft)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

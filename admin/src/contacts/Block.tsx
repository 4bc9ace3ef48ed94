import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { contactName, contactQuery, type Contact } from './api';

/** Asks why before somebody is blocked. */
export function Block({ contact, close }: { contact: Contact; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [reason, setReason] = useState('');
  const block = useMutation({
    mutationFn: () => api.post<Contact>(`/api/contacts/${contact.id}/block`, { reason }),
    onSuccess: (now) => {
      queries.setQueryData(contactQuery(api, contact.id).queryKey, now);
      close();
      return queries.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  return (
    <Dialog
      title={`Block ${contactName(contact)}?`}
      lead={
        contact.verified_at
          ? 'They cannot chat any more on any device where your site says who they are, and what they have open is closed.'
          : 'They cannot chat any more in this browser, and what they have open is closed. Who clears their browser comes back as somebody new.'
      }
      close={close}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          block.mutate();
        }}
        className="space-y-4"
      >
        <TextArea label="Reason" hint="For the team. They are not told." required maxLength={500} rows={3} value={reason} onChange={({ target }) => setReason(target.value)} />
        <Refusal error={block.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="danger" disabled={!reason.trim() || block.isPending}>
            Block the contact
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

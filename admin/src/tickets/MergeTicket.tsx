import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { ticketQuery, type TicketDetail } from './api';
import { took } from './useTicket';
import { TicketStatusBadge } from './words';

const isOver = ({ status }: TicketDetail) => status === 'resolved' || status === 'closed';

/** Makes a ticket part of another one, which is looked at before. */
export function MergeTicket({ ticket, close }: { ticket: TicketDetail; close: () => void }) {
  const [api, queries, navigate] = [useApi(), useQueryClient(), useNavigate()];
  const [typed, setTyped] = useState('');
  const number = Number(typed.replace('#', '').trim());
  const other = Number.isInteger(number) && number > 0 && number !== ticket.number ? number : 0;
  const { data: into } = useQuery({ ...ticketQuery(api, other), enabled: other > 0 });
  const merge = useMutation({
    mutationFn: () => api.post<TicketDetail>(`/api/tickets/${ticket.number}/merge`, { into: other }),
    onSuccess: async (now) => {
      await navigate({ to: '/tickets/$ticket', params: { ticket: `${now.number}` } });
      await took(queries, now);
    },
  });
  return (
    <Dialog title={`Merge #${ticket.number}`} lead="It is closed, and its number leads to the other ticket, which shows what happened to both. There is no way back." close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          merge.mutate();
        }}
        className="space-y-4"
      >
        <Field label="Number of the ticket to keep" required inputMode="numeric" maxLength={12} value={typed} onChange={({ target }) => setTyped(target.value)} />
        {into && (
          <p className="rounded-xl border border-line px-3 py-2.5">
            <span className="text-mute tabular-nums">#{into.number}</span> {into.subject} <TicketStatusBadge status={into.status} />
            {isOver(into) && !isOver(ticket) && <span className="mt-1 block text-mute">It is opened again.</span>}
          </p>
        )}
        <Refusal error={merge.error} />
        <div className="flex justify-end gap-2">
          <Button type="button" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" look="primary" disabled={!into || into.number === ticket.number || merge.isPending}>
            Merge
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

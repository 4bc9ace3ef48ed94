import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ticket as TicketIcon } from 'lucide-react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { useMay } from '../app/permission';
import type { Conversation } from '../inbox/api';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import { ticketQuery, type TicketDetail } from './api';
import { TicketStatusBadge } from './words';

/** The ticket of a conversation; or where it has none, that it can have one. */
export function TicketChip({ conversation }: { conversation: Conversation }) {
  const [api, queries, may] = [useApi(), useQueryClient(), useMay('tickets:write')];
  const make = useMutation({
    mutationFn: () => api.post<TicketDetail>('/api/tickets', { conversation: conversation.id }),
    onSuccess: (made) => {
      queries.setQueryData(['ticket', made.number], made);
      queries.setQueryData<Conversation>(['conversation', conversation.id], (before) => before && { ...before, ticket: made.number });
    },
  });
  const none = conversation.ticket === null;
  useKeys(may && none ? { ticket: () => make.mutate() } : {});
  if (!none) return <Known number={conversation.ticket ?? 0} />;
  if (!may) return null;
  return (
    <div className="space-y-2 border-t border-line p-4">
      <Button disabled={make.isPending} onClick={() => make.mutate()}>
        <TicketIcon className="size-4 text-mute" aria-hidden /> Create a ticket
      </Button>
      <Refusal error={make.error} />
    </div>
  );
}

function Known({ number }: { number: number }) {
  const { data: ticket } = useQuery(ticketQuery(useApi(), number));
  return (
    <div className="border-t border-line p-4 text-[13px]">
      <h3 className="text-xs text-mute">Ticket</h3>
      <Link to="/tickets/$ticket" params={{ ticket: `${number}` }} className="mt-1 flex min-w-0 items-center gap-2 font-medium hover:underline">
        <span className="text-mute tabular-nums">#{number}</span>
        <span className="min-w-0 flex-1 truncate">{ticket?.subject}</span>
        {ticket && <TicketStatusBadge status={ticket.status} />}
      </Link>
    </div>
  );
}

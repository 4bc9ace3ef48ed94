import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Navigate } from '@tanstack/react-router';
import { ArrowLeft, Merge, MessagesSquare } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button, buttonLook } from '../ui/Button';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { ticketQuery, type TicketDetail } from './api';
import { useTicketsLive } from './live';
import { MergeTicket } from './MergeTicket';
import { NoteForm } from './NoteForm';
import { Properties } from './Properties';
import { Timeline } from './Timeline';
import { TicketStatusBadge } from './words';

const route = getRouteApi('/tickets/$ticket');

/** A ticket: what happened to it, and what it is. */
export function TicketPage() {
  useTicketsLive();
  const [api, { ticket }] = [useApi(), route.useParams()];
  const number = Number(ticket);
  const { data, error, refetch } = useQuery(ticketQuery(api, number));
  useTitle(data && `#${data.number} ${data.subject}`, 'Tickets');
  if (!data) {
    return (
      <Page wide title={`Ticket #${ticket}`}>
        <div className="mt-6">{error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the ticket" lines={6} />}</div>
      </Page>
    );
  }
  // One that was merged leads to the other.
  if (data.number !== number) return <Navigate to="/tickets/$ticket" params={{ ticket: `${data.number}` }} replace />;
  return <Shown key={data.id} ticket={data} />;
}

function Shown({ ticket }: { ticket: TicketDetail }) {
  const may = useMay('tickets:write');
  const [merges, setMerges] = useState(false);
  return (
    <Page
      wide
      title={ticket.subject}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link to="/tickets" className="inline-flex items-center gap-1.5 hover:text-ink">
            <ArrowLeft className="size-4" aria-hidden /> All tickets
          </Link>
          <span className="tabular-nums">#{ticket.number}</span>
          <TicketStatusBadge status={ticket.status} />
        </span>
      }
      actions={
        <>
          {may && (
            <Button onClick={() => setMerges(true)}>
              <Merge className="size-4 text-mute" aria-hidden /> Merge
            </Button>
          )}
          {ticket.conversation && (
            <Link to="/inbox/$conversation" params={{ conversation: ticket.conversation }} className={buttonLook('primary')}>
              <MessagesSquare className="size-4" aria-hidden /> Open the conversation
            </Link>
          )}
        </>
      }
    >
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <section aria-label="What happened" className="min-w-0 space-y-5 max-lg:order-2">
          {may && <NoteForm number={ticket.number} />}
          <Timeline number={ticket.number} />
        </section>
        <Properties ticket={ticket} may={may} />
      </div>
      {merges && <MergeTicket ticket={ticket} close={() => setMerges(false)} />}
    </Page>
  );
}

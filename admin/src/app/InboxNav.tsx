import { Link } from '@tanstack/react-router';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Contact, Inbox, Ticket } from 'lucide-react';
import { useApi } from '../api/client';
import { inboxQuery, type Conversation } from '../inbox/api';
import { OverviewLink } from './OverviewLink';

/** How many visitors wait for a person, as far as one page goes. */
export function useWaiting(): number {
  const { data } = useInfiniteQuery(inboxQuery(useApi(), { view: 'waiting' }));
  return data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
}

/** How many were assigned to who looks, and nobody has written to yet, as far as one page goes. */
export function useAssigned(): number {
  const { data } = useInfiniteQuery(inboxQuery(useApi(), { view: 'mine' }));
  const isNew = ({ reason, waiting_since }: Conversation) => reason === 'assigned' && waiting_since !== null;
  return data?.pages.reduce((sum, { items }) => sum + items.filter(isNew).length, 0) ?? 0;
}

/** The inbox, the tickets, the contacts and the overview, at the top of the sidebar. */
export function InboxNav() {
  const waiting = useWaiting();
  return (
    <nav aria-label="Work" className="px-3 pb-2">
      <Link
        to="/inbox"
        className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
      >
        <span className="grid size-6 shrink-0 place-items-center">
          <Inbox className="size-4" aria-hidden />
        </span>
        Inbox
        {waiting > 0 && (
          <span className="ms-auto rounded-full bg-warn-soft px-2 text-xs font-semibold text-warn tabular-nums">
            {waiting} <span className="sr-only">waiting</span>
          </span>
        )}
      </Link>
      <Link
        to="/tickets"
        className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
      >
        <span className="grid size-6 shrink-0 place-items-center">
          <Ticket className="size-4" aria-hidden />
        </span>
        Tickets
      </Link>
      <Link
        to="/contacts"
        className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
      >
        <span className="grid size-6 shrink-0 place-items-center">
          <Contact className="size-4" aria-hidden />
        </span>
        Contacts
      </Link>
      <OverviewLink />
    </nav>
  );
}

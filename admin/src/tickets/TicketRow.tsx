import { Link } from '@tanstack/react-router';
import { NextDeadline } from '../deadlines/DeadlineTag';
import { nextOf } from '../deadlines/told';
import { duration, exactTime } from '../inbox/time';
import { Avatar } from '../ui/Avatar';
import { Tag } from '../ui/Tag';
import type { Ticket } from './api';
import { PriorityMark, TicketStatusBadge } from './words';

/** A ticket in the list: one line, two where it is narrow. */
export function TicketRow({ ticket, now }: { ticket: Ticket; now: Date }) {
  const updated = new Date(ticket.updated_at);
  return (
    <div className="relative flex h-full items-center gap-3 border-b border-line px-4 hover:bg-sunken has-focus-visible:bg-sunken sm:px-6">
      <PriorityMark priority={ticket.priority} />
      <span className="hidden w-14 shrink-0 text-mute tabular-nums sm:block">#{ticket.number}</span>
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2">
          <Link to="/tickets/$ticket" params={{ ticket: `${ticket.number}` }} className="min-w-0 truncate font-medium outline-offset-4 after:absolute after:inset-0">
            {ticket.subject}
          </Link>
          {/* What does not fit goes below, out of sight. */}
          <span className="hidden h-5.5 max-w-2/5 shrink-0 flex-wrap gap-1 overflow-hidden lg:flex">
            {ticket.tags.slice(0, 2).map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </p>
        <p className="flex min-w-0 items-center gap-3 text-xs text-mute">
          <span className={`min-w-0 truncate ${nextOf(ticket.deadlines) ? 'max-sm:hidden' : ''}`}>
            <span className="sm:hidden">#{ticket.number} · </span>
            {ticket.requester_name ?? ticket.requester_email ?? 'Nobody named'}
          </span>
          <span className="flex min-w-0 xl:hidden">
            <NextDeadline deadlines={ticket.deadlines} now={now} />
          </span>
        </p>
      </div>
      <span className="hidden w-60 shrink-0 justify-end xl:flex">
        <NextDeadline deadlines={ticket.deadlines} now={now} />
      </span>
      <TicketStatusBadge status={ticket.status} />
      <span className="hidden w-36 shrink-0 items-center gap-2 truncate text-mute md:flex">
        {ticket.assignee ? (
          <>
            <Avatar name={ticket.assignee.name} className="size-6" />
            <span className="truncate">{ticket.assignee.name}</span>
          </>
        ) : (
          'Unassigned'
        )}
      </span>
      <time dateTime={ticket.updated_at} title={exactTime(updated)} className="w-14 shrink-0 text-end text-xs text-mute tabular-nums max-sm:hidden">
        {duration(updated, now)}
      </time>
    </div>
  );
}

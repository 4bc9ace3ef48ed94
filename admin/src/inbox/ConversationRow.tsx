import { Link } from '@tanstack/react-router';
import type { Conversation } from './api';
import { StatusBadge } from './StatusBadge';
import { exactTime, shortTime } from './time';
import { VisitorFace, visitorName } from './visitor';

/** A line of the inbox. */
export function ConversationRow({ conversation, slug }: { conversation: Conversation; slug: string }) {
  const { id, visitor, status, updated_at } = conversation;
  const updated = new Date(updated_at);
  return (
    <Link
      to="/spaces/$space/conversations/$conversation"
      params={{ space: slug, conversation: id }}
      className="group relative flex items-center gap-3 px-4 py-3 hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=page]:bg-accent-soft"
    >
      <span aria-hidden className="absolute inset-y-0 start-0 w-0.5 bg-accent opacity-0 group-aria-[current=page]:opacity-100" />
      <VisitorFace id={visitor} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-2">
          <span className="truncate font-medium">{visitorName(visitor)}</span>
          <time dateTime={updated_at} title={exactTime(updated)} className="shrink-0 text-xs text-mute tabular-nums">
            {shortTime(updated, new Date())}
          </time>
        </span>
        <span className="mt-1 flex">
          <StatusBadge status={status} />
        </span>
      </span>
    </Link>
  );
}

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ArrowRightLeft, Eye, Link2, Merge, Plus, StickyNote, Timer, type LucideIcon } from 'lucide-react';
import { useApi } from '../api/client';
import { exactTime, mediumTime } from '../inbox/time';
import { teamsQuery } from '../team/api';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { SkeletonLines } from '../ui/Skeleton';
import { eventsQuery, type TicketEvent } from './api';
import { told } from './told';

const ICONS: Record<TicketEvent['kind'], LucideIcon> = {
  created: Plus,
  changed: ArrowRightLeft,
  note: StickyNote,
  merged: Merge,
  merged_into: Merge,
  linked: Link2,
  unlinked: Link2,
  watched: Eye,
  unwatched: Eye,
  sla_at_risk: Timer,
  sla_breached: Timer,
};

/** All that happened to a ticket, the newest first, and to those that were merged into it. */
export function Timeline({ number }: { number: number }) {
  const api = useApi();
  const { data: events, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(eventsQuery(api, number));
  const { data: teams = [] } = useQuery(teamsQuery(api));
  const names = new Map(teams.map(({ id, name }) => [id, name]));
  // Of a merge the survivor tells.
  const shown = events?.filter(({ ticket, kind }) => ticket === number || kind !== 'merged_into');
  if (!shown) return error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading what happened" lines={4} />;
  return (
    <>
      <ol className="space-y-4">
        {shown.map((event) => (
          <Row key={`${event.ticket} ${event.seq}`} event={event} of={number} names={names} />
        ))}
      </ol>
      {hasNextPage && <More label="Show what happened before" busy={isFetchingNextPage} load={fetchNextPage} />}
    </>
  );
}

function Row({ event, of, names }: { event: TicketEvent; of: number; names: ReadonlyMap<string, string> }) {
  const [Icon, at] = [ICONS[event.kind], new Date(event.at)];
  const text = typeof event.body.text === 'string' ? event.body.text : null;
  return (
    <li className="flex gap-3">
      <span className="grid size-7 shrink-0 place-items-center rounded-full bg-sunken text-mute">
        <Icon className="size-3.5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1 pt-1">
        <p className="wrap-anywhere text-mute">
          <span className="font-medium text-ink">{event.author.name}</span> {told(event, names)}
          {event.ticket !== of && <span> (in #{event.ticket})</span>} ·{' '}
          <time dateTime={event.at} title={exactTime(at)} className="text-xs whitespace-nowrap">
            {mediumTime(at)}
          </time>
        </p>
        {text && <p className="mt-1.5 rounded-xl bg-sunken px-3 py-2 wrap-anywhere whitespace-pre-wrap">{text}</p>}
      </div>
    </li>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../api/client';
import { exactTime, shortTime } from '../inbox/time';
import { cost, count } from '../overview/format';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Tag } from '../ui/Tag';
import { eventsQuery, type UsageEvent, type Wanted } from './api';
import { KIND_NAMES } from './groups';

/** Each call behind the figures, the newest first. */
export function Calls({ wanted }: { wanted: Wanted }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(eventsQuery(useApi(), wanted));
  const now = new Date();
  return (
    <section aria-labelledby="calls" className="min-w-0 rounded-2xl border border-line bg-panel">
      <h2 id="calls" className="p-4 font-semibold">
        Calls
      </h2>
      {!data && error && <Failure error={error} retry={refetch} />}
      <ul className="divide-y divide-line border-t border-line empty:hidden">
        {data?.map((event) => (
          <Call key={event.id} event={event} now={now} />
        ))}
      </ul>
      {hasNextPage && <More label="Earlier calls" busy={isFetchingNextPage} load={fetchNextPage} />}
    </section>
  );
}

function Call({ event, now }: { event: UsageEvent; now: Date }) {
  const { at, model, kind, space, conversation, estimated, price_effective } = event;
  const read = event.input + event.cache_write + event.cache_read;
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3">
      <span className="min-w-0 grow">
        <span className="font-medium wrap-anywhere">{model}</span> <span className="text-mute">{KIND_NAMES[kind]}</span>
        <span className="flex flex-wrap gap-x-3 text-xs text-mute">
          <time dateTime={at} title={exactTime(new Date(at))}>
            {shortTime(new Date(at), now)}
          </time>
          <span>{space.name ?? 'A removed space'}</span>
          {conversation && (
            <Link to="/inbox/$conversation" params={{ conversation }} className="text-accent hover:underline">
              Open the conversation
            </Link>
          )}
        </span>
      </span>
      {estimated && <Tag>Estimated</Tag>}
      <span className="text-xs text-mute tabular-nums">
        {count(read)} in{event.cache_read > 0 && `, ${count(event.cache_read)} of them cached`}, {count(event.output)} out
      </span>
      {price_effective === null ? <Tag look="warn">No price</Tag> : <span className="font-medium tabular-nums">{cost(event.cost_nanos)}</span>}
    </li>
  );
}

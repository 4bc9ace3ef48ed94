import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Plus, Ticket as TicketIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { useNow } from '../inbox/now';
import { teamsQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { SkeletonLines } from '../ui/Skeleton';
import { PRIORITIES, ticketsQuery, type Ticket } from './api';
import { useTicketsLive } from './live';
import { NewTicket } from './NewTicket';
import { SearchField } from './SearchField';
import { TicketRow } from './TicketRow';
import { ViewsMenu } from './ViewsMenu';
import { SORTS, VIEWS, type Sort, type View, type Wanted } from './wanted';
import { priorityLabel } from './words';

const route = getRouteApi('/tickets');
const ROW_PX = 56;

/** Tickets, as the address asks for them. */
export function TicketsPage() {
  useTitle('Tickets');
  useTicketsLive();
  const [api, wanted, navigate, may] = [useApi(), route.useSearch(), route.useNavigate(), useMay('tickets:write')];
  const [makes, setMakes] = useState(false);
  const found = useInfiniteQuery({ ...ticketsQuery(api, wanted), placeholderData: keepPreviousData });
  const { data: tickets, error, isPlaceholderData, refetch } = found;
  const show = (next: Wanted) => void navigate({ search: next, replace: true });
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-panel">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-5 pb-3 sm:px-6">
        <h1 className="text-xl font-semibold tracking-tight">Tickets</h1>
        {may && (
          <Button onClick={() => setMakes(true)}>
            <Plus className="size-4 text-mute" aria-hidden /> New ticket
          </Button>
        )}
      </div>
      <Filters wanted={wanted} show={show} />
      {error && tickets && <Stale />}
      {!tickets && <div className="p-6">{error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading tickets" lines={8} />}</div>}
      {tickets?.length === 0 && <NoTickets wanted={wanted} show={show} />}
      {tickets && tickets.length > 0 && <List tickets={tickets} found={found} faded={isPlaceholderData} />}
      {makes && <NewTicket close={() => setMakes(false)} />}
    </div>
  );
}

interface Reading {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Only the rows in view are there; more are read as one scrolls. */
function List({ tickets, found, faded }: { tickets: Ticket[]; found: Reading; faded: boolean }) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const [now, box] = [useNow(), useRef<HTMLDivElement>(null)];
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing that is made here is kept by another hook
  const virtual = useVirtualizer({ count: tickets.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 12 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= tickets.length - 10) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, tickets.length]);
  const step = (by: 1 | -1) => {
    const links = [...(box.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at < 0 ? 0 : at + by]?.focus();
  };
  useKeys({ next: () => step(1), previous: () => step(-1) });
  return (
    <nav ref={box} aria-label="Tickets" className={`min-h-0 flex-1 overflow-y-auto overscroll-contain border-t border-line ${faded ? 'opacity-60' : ''}`}>
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => {
          const ticket = tickets[index];
          if (!ticket) return null;
          return (
            <li key={key} className="absolute inset-x-0 top-0" style={{ height: ROW_PX, transform: `translateY(${start}px)` }} aria-setsize={hasNextPage ? -1 : tickets.length} aria-posinset={index + 1}>
              <TicketRow ticket={ticket} now={now} />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

const select = 'h-9 min-w-0 rounded-lg border border-line bg-panel px-2 text-base hover:border-strong focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm';

function Filters({ wanted, show }: { wanted: Wanted; show: (next: Wanted) => void }) {
  const { data: teams = [] } = useQuery(teamsQuery(useApi()));
  const { list = 'open', sort = 'updated' } = wanted;
  const without = (key: keyof Wanted) => Object.fromEntries(Object.entries(wanted).filter(([name]) => name !== key));
  const set = (key: keyof Wanted, value: string) => show({ ...without(key), ...(value && { [key]: value }) });
  return (
    <div className="space-y-3 px-4 pb-3 sm:px-6">
      <div role="group" aria-label="Show" className="-mx-1 flex gap-1 overflow-x-auto px-1 py-0.5">
        {(Object.entries(VIEWS) as [View, { label: string }][]).map(([key, { label }]) => (
          <button
            key={key}
            type="button"
            aria-pressed={list === key}
            onClick={() => set('list', key === 'open' ? '' : key)}
            className="h-9 shrink-0 rounded-lg px-3 font-medium text-mute hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            {label}
          </button>
        ))}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <SearchField word={wanted.q ?? ''} change={(q) => set('q', q)} />
        <select aria-label="Priority" className={select} value={wanted.priority ?? ''} onChange={({ target }) => set('priority', target.value)}>
          <option value="">Any priority</option>
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priorityLabel(priority)}
            </option>
          ))}
        </select>
        {teams.length > 0 && (
          <select aria-label="Team" className={select} value={wanted.team ?? ''} onChange={({ target }) => set('team', target.value)}>
            <option value="">Any team</option>
            <option value="none">No team</option>
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
        <select aria-label="Order" className={select} value={sort} onChange={({ target }) => set('sort', target.value === 'updated' ? '' : target.value)}>
          {(Object.entries(SORTS) as [Sort, string][]).map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
        <ViewsMenu wanted={wanted} show={show} />
        {wanted.tag && (
          <Button look="quiet" onClick={() => set('tag', '')}>
            Tag: {wanted.tag} <span aria-hidden>×</span>
            <span className="sr-only">, show any</span>
          </Button>
        )}
      </div>
    </div>
  );
}

function NoTickets({ wanted, show }: { wanted: Wanted; show: (next: Wanted) => void }) {
  const { list = 'open', ...narrowed } = wanted;
  if (list !== 'all' || Object.keys(narrowed).length > 0) {
    return (
      <Empty icon={TicketIcon} title="Nothing here">
        <p>No ticket is in this view.</p>
        <Button onClick={() => show({ list: 'all' })}>Show all tickets</Button>
      </Empty>
    );
  }
  return (
    <Empty icon={TicketIcon} title="No tickets yet">
      <p>A ticket follows something until it is done. Make one here, from a conversation, or let a space make one whenever people are asked for.</p>
    </Empty>
  );
}

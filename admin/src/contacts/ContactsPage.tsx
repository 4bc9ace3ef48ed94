import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Contact as ContactIcon, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { useTitle } from '../app/title';
import { spacesQuery } from '../spaces/api';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { contactsQuery } from './api';
import { ContactTable } from './ContactTable';
import type { Wanted } from './wanted';

const route = getRouteApi('/contacts');
const FILTERS = [
  { value: undefined, label: 'All' },
  { value: 'verified', label: 'Verified' },
  { value: 'blocked', label: 'Blocked' },
] as const;
/** A search is asked for when nobody has typed for so long. */
const PAUSE_MS = 200;

/** Whom conversations are with. */
export function ContactsPage() {
  useTitle('Contacts');
  const [api, wanted, navigate] = [useApi(), route.useSearch(), route.useNavigate()];
  const found = useInfiniteQuery({ ...contactsQuery(api, wanted), placeholderData: keepPreviousData });
  const { data: contacts, error, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  const show = (next: Wanted) => void navigate({ search: next, replace: true });
  const narrowed = Object.keys(wanted).length > 0;
  return (
    <Page wide title="Contacts" lead="Whom your site vouches for, and whom the team keeps. Who was here last comes first.">
      <div className="mt-5 space-y-4">
        <div className="flex flex-wrap items-center gap-3">
          <SearchField word={wanted.q ?? ''} change={(q) => show({ ...(q && { q }), ...(wanted.filter && { filter: wanted.filter }) })} />
          <div role="group" aria-label="Show" className="flex gap-1">
            {FILTERS.map(({ value, label }) => (
              <button
                key={label}
                type="button"
                aria-pressed={wanted.filter === value}
                onClick={() => show({ ...(wanted.q && { q: wanted.q }), ...(value && { filter: value }) })}
                className="h-9 rounded-lg px-3 font-medium text-mute hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
              >
                {label}
              </button>
            ))}
          </div>
        </div>
        {!contacts && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading contacts" lines={8} />)}
        {contacts?.length === 0 && (narrowed ? <Nobody clear={() => show({})} /> : <NoContacts />)}
        {contacts && contacts.length > 0 && (
          <div className={isPlaceholderData ? 'opacity-60' : ''}>
            <ContactTable contacts={contacts} />
          </div>
        )}
        {hasNextPage && <More label="Show more contacts" busy={isFetchingNextPage} load={fetchNextPage} />}
      </div>
    </Page>
  );
}

function Nobody({ clear }: { clear: () => void }) {
  return (
    <Empty icon={ContactIcon} title="Nobody like this">
      <p>No contact has this in their name, e-mail address or id.</p>
      <Button onClick={clear}>Show everybody</Button>
    </Empty>
  );
}

function NoContacts() {
  const { data: [space] = [] } = useQuery(spacesQuery(useApi()));
  return (
    <Empty icon={ContactIcon} title="No contacts yet">
      <p>They come when your site tells the chat who is logged in, or when somebody of the team keeps a visitor from a conversation.</p>
      {space && (
        <Link to="/spaces/$space/install" params={{ space: space.slug }} className="font-medium text-accent underline underline-offset-2">
          Tell the chat who is logged in
        </Link>
      )}
    </Empty>
  );
}

function SearchField({ word, change }: { word: string; change: (word: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(word);
  const told = useRef(word);
  useKeys({ filter: () => input.current?.focus() });
  // The address changed by itself.
  useEffect(() => {
    if (word === told.current) return;
    told.current = word;
    setTyped(word);
  }, [word]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed.trim();
      change(told.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, change]);
  return (
    <div role="search" className="relative min-w-0 flex-1 basis-60 sm:max-w-80">
      <Search className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-mute" aria-hidden />
      <input
        ref={input}
        type="search"
        maxLength={200}
        aria-label="Search contacts"
        placeholder="Name, e-mail or id"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="h-9 w-full rounded-lg border border-line bg-panel ps-8 pe-2 text-base hover:border-strong focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm"
      />
    </div>
  );
}

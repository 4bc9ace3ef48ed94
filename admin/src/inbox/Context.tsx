import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { BadgeCheck, UserRoundPlus, X } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { spacesQuery } from '../spaces/api';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import { Tag } from '../ui/Tag';
import { visitorQuery, type Conversation } from './api';
import { languageName } from './language';
import type { Rated } from './Rating';
import { mediumTime } from './time';
import { VisitorFace, visitorName } from './visitor';

const RatingFact = lazy(async () => ({ default: (await import('./Rating')).RatingFact }));
const MoodFact = lazy(async () => ({ default: (await import('./MoodFact')).MoodFact }));
const TicketChip = lazy(async () => ({ default: (await import('../tickets/Chip')).TicketChip }));
const Cost = lazy(async () => ({ default: (await import('../ledger/Cost')).Cost }));
const Past = lazy(async () => ({ default: (await import('../contacts/Past')).Past }));

/** Who it is with and where it takes place: beside the conversation, or over it where there is no room. */
export function Context({ conversation, rating, close }: { conversation: Conversation; rating: Rated | null; close: () => void }) {
  return (
    <aside
      aria-label="Details"
      className="fixed inset-y-0 end-0 z-30 flex w-80 max-w-full shrink-0 flex-col overflow-y-auto border-s border-line bg-panel shadow-pop xl:static xl:shadow-none"
    >
      <div className="flex h-14 shrink-0 items-center justify-between border-b border-line px-4">
        <h2 className="font-semibold">Details</h2>
        <button type="button" aria-label="Close the details" onClick={close} className="grid size-8 place-items-center rounded-lg text-mute hover:bg-sunken">
          <X className="size-4" aria-hidden />
        </button>
      </div>
      <Details conversation={conversation} rating={rating} />
    </aside>
  );
}

function Details({ conversation, rating }: { conversation: Conversation; rating: Rated | null }) {
  const [api, payer] = [useApi(), useMay('billing:read')];
  const { data: visitor } = useQuery(visitorQuery(api, conversation.visitor));
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const space = spaces.find(({ id }) => id === conversation.space);
  const attributes = Object.entries({ ...visitor?.attributes, ...visitor?.contact?.edited_attributes, ...visitor?.contact?.attributes }).filter(([name]) => name !== 'page');
  return (
    <>
      <div className="flex items-center gap-3 p-4">
        <VisitorFace of={conversation} />
        <div className="min-w-0">
          <p className="flex items-center gap-1 font-medium">
            <Whose conversation={conversation} />
            {conversation.verified && <BadgeCheck className="size-4 shrink-0 text-accent" aria-label="Verified" />}
            {conversation.blocked && <Tag look="bad">Blocked</Tag>}
          </p>
          {conversation.email && <p className="truncate text-xs text-mute">{conversation.email}</p>}
        </div>
      </div>
      <dl className="space-y-3 border-t border-line p-4 text-[13px]">
        {!conversation.verified && (conversation.name || conversation.email) && <Fact name="Identity">As the page says; nobody vouches for it</Fact>}
        {visitor?.contact?.external_id && <Fact name="Your id of them">{visitor.contact.external_id}</Fact>}
        {visitor && <Fact name="While away">{reachedBy(conversation.email, visitor.mail_stopped)}</Fact>}
        {space && (
          <Fact name="Space">
            <Link to="/spaces/$space/knowledge" params={{ space: space.slug }} className="text-accent underline underline-offset-2">
              {space.name}
            </Link>
          </Fact>
        )}
        {conversation.page && <Fact name="Began on">{conversation.page}</Fact>}
        {conversation.locale && <Fact name="Language">{languageName(conversation.locale)}</Fact>}
        <Fact name="Began">{mediumTime(new Date(conversation.created_at))}</Fact>
        {visitor && <Fact name="First seen">{mediumTime(new Date(visitor.created_at))}</Fact>}
        {conversation.snoozed_until && <Fact name="Comes back">{mediumTime(new Date(conversation.snoozed_until))}</Fact>}
      </dl>
      {conversation.mood && (
        <Suspense>
          <MoodFact of={conversation.mood} />
        </Suspense>
      )}
      {rating && (
        <Suspense>
          <RatingFact of={rating} />
        </Suspense>
      )}
      <Suspense>
        <TicketChip conversation={conversation} />
      </Suspense>
      <Kept conversation={conversation} />
      {payer && (
        <Suspense>
          <Cost conversation={conversation.id} seq={conversation.seq} />
        </Suspense>
      )}
      {attributes.length > 0 && (
        <dl className="space-y-3 border-t border-line p-4 text-[13px]">
          {attributes.map(([name, value]) => (
            <Fact key={name} name={name}>
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </Fact>
          ))}
        </dl>
      )}
    </>
  );
}

/** The name; where a contact is kept, the way there. */
function Whose({ conversation }: { conversation: Conversation }) {
  const name = visitorName(conversation);
  if (!conversation.contact) return <span className="truncate">{name}</span>;
  return (
    <Link to="/contacts/$contact" params={{ contact: conversation.contact }} className="truncate hover:underline">
      {name}
    </Link>
  );
}

/** What else they said; or where nobody is kept yet, that they can be. */
function Kept({ conversation }: { conversation: Conversation }) {
  const [api, queries, navigate, may] = [useApi(), useQueryClient(), useNavigate(), useMay('conversations:write')];
  const keep = useMutation({
    mutationFn: () => api.post<{ id: string }>(`/api/visitors/${conversation.visitor}/contact`),
    onSuccess: async ({ id }) => {
      await navigate({ to: '/contacts/$contact', params: { contact: id } });
      await queries.invalidateQueries({ queryKey: ['visitor', conversation.visitor] });
    },
  });
  if (conversation.contact) {
    return (
      <section className="space-y-2 border-t border-line p-4 text-[13px]">
        <h3 className="text-xs text-mute">Other conversations</h3>
        <Suspense>
          <Past contact={conversation.contact} without={conversation.id} />
        </Suspense>
      </section>
    );
  }
  if (!may) return null;
  return (
    <div className="space-y-2 border-t border-line p-4">
      <Button disabled={keep.isPending} onClick={() => keep.mutate()}>
        <UserRoundPlus className="size-4 text-mute" aria-hidden /> Keep as a contact
      </Button>
      <p className="text-xs text-mute">To write notes, or to block them.</p>
      <Refusal error={keep.error} />
    </div>
  );
}

/** Whether they get what is written while they are away. */
function reachedBy(email: string | null, stopped: boolean): string {
  if (!email) return 'Cannot be reached: no e-mail address';
  return stopped ? 'Wants no e-mails' : 'Gets your messages by e-mail';
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-mute">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

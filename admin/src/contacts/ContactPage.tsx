import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, Navigate } from '@tanstack/react-router';
import { ArrowLeft, BadgeCheck, Ban, Merge } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { Refusal } from '../ui/Notice';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { contactName, contactQuery, type Contact } from './api';
import { Block } from './Block';
import { Known } from './Known';
import { MergeDialog } from './MergeDialog';
import { Notes } from './Notes';
import { Past } from './Past';

const route = getRouteApi('/contacts/$contact');

/** Somebody: who it is, what is known, what was said. */
export function ContactPage() {
  const [api, { contact: id }] = [useApi(), route.useParams()];
  const { data: contact, error, refetch } = useQuery(contactQuery(api, id));
  useTitle(contact && contactName(contact), 'Contacts');
  if (!contact) {
    return (
      <Page title="Contact">
        <div className="mt-6">{error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the contact" lines={6} />}</div>
      </Page>
    );
  }
  // One that was merged leads to the other.
  if (contact.id !== id) return <Navigate to="/contacts/$contact" params={{ contact: contact.id }} replace />;
  return <Shown key={contact.id} contact={contact} />;
}

function Shown({ contact }: { contact: Contact }) {
  const [mayWrite, mayMerge] = [useMay('conversations:write'), useMay('contacts:merge')];
  const [open, setOpen] = useState<'merge' | 'block' | null>(null);
  return (
    <Page
      title={contactName(contact)}
      lead={
        <Link to="/contacts" className="inline-flex items-center gap-1.5 hover:text-ink">
          <ArrowLeft className="size-4" aria-hidden /> All contacts
        </Link>
      }
      actions={
        <>
          {mayMerge && (
            <Button onClick={() => setOpen('merge')}>
              <Merge className="size-4 text-mute" aria-hidden /> Merge
            </Button>
          )}
          {mayWrite && !contact.blocked_at && (
            <Button onClick={() => setOpen('block')}>
              <Ban className="size-4 text-mute" aria-hidden /> Block
            </Button>
          )}
        </>
      }
    >
      <div className="mt-6 space-y-8">
        {contact.blocked_at && <Blocked contact={contact} mayWrite={mayWrite} />}
        <Who contact={contact} />
        <Known contact={contact} mayWrite={mayWrite} />
        <Notes contact={contact.id} mayWrite={mayWrite} />
        <Group title="Conversations">
          <Past contact={contact.id} />
        </Group>
      </div>
      {open === 'merge' && <MergeDialog contact={contact} close={() => setOpen(null)} />}
      {open === 'block' && <Block contact={contact} close={() => setOpen(null)} />}
    </Page>
  );
}

function Blocked({ contact, mayWrite }: { contact: Contact; mayWrite: boolean }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const unblock = useMutation({
    mutationFn: () => api.post<Contact>(`/api/contacts/${contact.id}/unblock`),
    onSuccess: (now) => {
      queries.setQueryData(contactQuery(api, contact.id).queryKey, now);
      return queries.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  return (
    <div className="space-y-2">
      <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl bg-bad-soft p-4 text-bad">
        <Ban className="size-4 shrink-0" aria-hidden />
        <p className="min-w-0 flex-1 basis-60 wrap-anywhere">
          Blocked since {mediumTime(new Date(contact.blocked_at ?? ''))}: {contact.blocked_reason}
        </p>
        {mayWrite && (
          <Button disabled={unblock.isPending} onClick={() => unblock.mutate()}>
            Unblock
          </Button>
        )}
      </div>
      <Refusal error={unblock.error} />
    </div>
  );
}

function Who({ contact }: { contact: Contact }) {
  const facts = [
    ['E-mail', contact.email],
    ['Your id of them', contact.external_id],
    ['First seen', mediumTime(new Date(contact.created_at))],
    ['Last seen', mediumTime(new Date(contact.last_seen_at))],
    ['Browsers', contact.browsers],
    ['Spaces', contact.spaces.map(({ name }) => name).join(', ')],
  ] as const;
  return (
    <div className="flex flex-wrap items-start gap-5 rounded-xl border border-line p-5">
      <Avatar name={contactName(contact)} className="size-12" />
      <dl className="grid min-w-0 flex-1 basis-60 gap-x-6 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
        {facts.map(
          ([name, value]) =>
            value !== null &&
            value !== '' && (
              <div key={name} className="min-w-0">
                <dt className="text-xs text-mute">{name}</dt>
                <dd className="wrap-anywhere">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {contact.verified_at ? (
        <span className="flex items-center gap-1.5 text-accent" title={`Last proven ${mediumTime(new Date(contact.verified_at))}`}>
          <BadgeCheck className="size-4" aria-hidden /> Verified
        </span>
      ) : (
        <Tag>Not verified</Tag>
      )}
    </div>
  );
}

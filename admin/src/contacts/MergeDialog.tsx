import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { useApi } from '../api/client';
import { mediumTime } from '../inbox/time';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { contactName, contactsQuery, type Contact, type Listed } from './api';

/** How many are offered. */
const SHOWN = 6;

/** Makes one contact of two: looks for the other, then shows both and what comes of them. */
export function MergeDialog({ contact, close }: { contact: Contact; close: () => void }) {
  const [other, setOther] = useState<Listed | null>(null);
  return (
    <Dialog wide title={`Merge ${contactName(contact)}`} lead={other ? undefined : 'Find the other contact who is the same person.'} close={close}>
      {other ? <Both one={contact} other={other} back={() => setOther(null)} close={close} /> : <Find contact={contact} choose={setOther} />}
    </Dialog>
  );
}

function Find({ contact, choose }: { contact: Contact; choose: (other: Listed) => void }) {
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const { data = [], isFetching } = useInfiniteQuery({ ...contactsQuery(useApi(), q ? { q } : {}), placeholderData: keepPreviousData });
  const others = data.filter(({ id }) => id !== contact.id).slice(0, SHOWN);
  return (
    <div className="space-y-3">
      <Field label="Name, e-mail or id" type="search" maxLength={200} value={typed} onChange={({ target }) => setTyped(target.value)} />
      <ul className="divide-y divide-line rounded-xl border border-line">
        {others.map((other) => (
          <li key={other.id}>
            <button type="button" onClick={() => choose(other)} className="flex w-full items-center gap-3 rounded-xl px-3 py-2.5 text-start hover:bg-sunken">
              <Avatar name={contactName(other)} className="size-7" />
              <span className="min-w-0 flex-1 truncate font-medium">{contactName(other)}</span>
              <span className="min-w-0 truncate text-mute">{other.email}</span>
            </button>
          </li>
        ))}
        {others.length === 0 && !isFetching && <li className="p-4 text-center text-mute">Nobody else like this.</li>}
      </ul>
    </div>
  );
}

function Both({ one, other, back, close }: { one: Contact; other: Listed; back: () => void; close: () => void }) {
  const [api, queries, navigate] = [useApi(), useQueryClient(), useNavigate()];
  // Whom a site vouches for survives one for whom nobody does.
  const free = (one.verified_at === null) === (other.verified_at === null);
  const [survivor, setSurvivor] = useState(!free && other.verified_at ? other.id : one.id);
  const [kept, gone] = survivor === one.id ? [one, other] : [other, one];
  const merge = useMutation({
    mutationFn: () => api.post<Contact>(`/api/contacts/${gone.id}/merge`, { into: kept.id }),
    onSuccess: async (now) => {
      await navigate({ to: '/contacts/$contact', params: { contact: now.id } });
      close();
      await Promise.all([queries.invalidateQueries({ queryKey: ['contact'] }), queries.invalidateQueries({ queryKey: ['contacts'] })]);
    },
  });
  return (
    <div className="space-y-4">
      <div className="grid gap-3 sm:grid-cols-2">
        {[one, other].map((contact) => (
          <Side key={contact.id} contact={contact} survives={contact.id === survivor} />
        ))}
      </div>
      {free ? (
        <Choice
          label="Who stays"
          value={survivor}
          change={setSurvivor}
          options={[
            { value: one.id, label: 'The first' },
            { value: other.id, label: 'The second' },
          ]}
        />
      ) : (
        <p className="text-mute">{contactName(kept)} stays, because your site vouches for them.</p>
      )}
      <p className="text-pretty">
        Conversations, notes and browsers of {contactName(gone)} go to {contactName(kept)}, whose name and attributes stay. What is missing there is filled in, and a block holds. The old id
        leads to {contactName(kept)} from then on. This cannot be undone.
      </p>
      <Refusal error={merge.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={back}>Choose another</Button>
        <Button look="danger" disabled={merge.isPending} onClick={() => merge.mutate()}>
          Merge the contacts
        </Button>
      </div>
    </div>
  );
}

function Side({ contact, survives }: { contact: Listed; survives: boolean }) {
  const facts = [contact.email, contact.external_id && `Your id: ${contact.external_id}`, `Last seen ${mediumTime(new Date(contact.last_seen_at))}`, `${contact.conversations} ${contact.conversations === 1 ? 'conversation' : 'conversations'}`, contact.blocked_at && 'Blocked'];
  return (
    <section aria-label={contactName(contact)} className={`min-w-0 space-y-1 rounded-xl border p-4 ${survives ? 'border-accent' : 'border-line'}`}>
      <p className="truncate font-medium">{contactName(contact)}</p>
      {facts.filter(Boolean).map((fact) => (
        <p key={fact} className="truncate text-xs text-mute">
          {fact}
        </p>
      ))}
      <p className={`pt-1 text-xs font-medium ${survives ? 'text-accent' : 'text-mute'}`}>{survives ? 'Stays' : 'Goes into the other'}</p>
    </section>
  );
}

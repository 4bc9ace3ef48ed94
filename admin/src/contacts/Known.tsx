import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Group } from '../ui/Group';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { contactQuery, type Contact } from './api';
import { asLines, patchOf } from './lines';

/** What is known of somebody: what the host site vouches for, and what the team knows. */
export function Known({ contact, mayWrite }: { contact: Contact; mayWrite: boolean }) {
  const [changing, setChanging] = useState(false);
  const vouched = Object.entries(contact.attributes);
  const edited = Object.entries(contact.edited.attributes).filter(([name]) => !(name in contact.attributes));
  return (
    <Group title="Attributes" action={mayWrite && <Button onClick={() => setChanging(true)}>Change</Button>}>
      {vouched.length + edited.length === 0 ? (
        <p className="text-mute">Nothing is known besides.</p>
      ) : (
        <dl className="grid gap-x-6 gap-y-3 rounded-xl border border-line p-5 sm:grid-cols-2">
          {[...vouched.map((one) => [...one, 'your site'] as const), ...edited.map((one) => [...one, 'the team'] as const)].map(([name, value, by]) => (
            <div key={name} className="min-w-0">
              <dt className="text-xs text-mute">
                {name} <span className="sr-only">by</span> · {by}
              </dt>
              <dd className="wrap-anywhere">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {changing && <Change contact={contact} close={() => setChanging(false)} />}
    </Group>
  );
}

function Change({ contact, close }: { contact: Contact; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { vouched, edited } = contact;
  const [name, setName] = useState(edited.name ?? '');
  const [email, setEmail] = useState(edited.email ?? '');
  const [lines, setLines] = useState(asLines(edited.attributes));
  const patch = patchOf(edited.attributes, lines);
  const save = useMutation({
    mutationFn: () => api.patch<Contact>(`/api/contacts/${contact.id}`, { ...(!vouched.name && { name }), ...(!vouched.email && { email }), attributes: patch }),
    onSuccess: (now) => {
      queries.setQueryData(contactQuery(api, contact.id).queryKey, now);
      close();
      return queries.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  const theirs = 'Your site says this; change it there.';
  return (
    <Dialog wide title="Change what the team knows" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
        className="space-y-4"
      >
        <Field label="Name" maxLength={200} autoComplete="off" disabled={vouched.name} hint={vouched.name && theirs} value={vouched.name ? (contact.name ?? '') : name} onChange={({ target }) => setName(target.value)} />
        <Field
          label="E-mail"
          type="email"
          maxLength={254}
          autoComplete="off"
          disabled={vouched.email}
          hint={vouched.email && theirs}
          value={vouched.email ? (contact.email ?? '') : email}
          onChange={({ target }) => setEmail(target.value)}
        />
        <TextArea
          label="Attributes"
          hint="One on each line, as “plan: pro”."
          fault={patch ? undefined : 'Each line is a name, a colon and a value.'}
          rows={5}
          value={lines}
          onChange={({ target }) => setLines(target.value)}
        />
        <Refusal error={save.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!patch || save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

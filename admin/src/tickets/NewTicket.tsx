import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../api/client';
import { spacesQuery } from '../spaces/api';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select, TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { PRIORITIES, type Priority, type TicketDetail } from './api';
import { priorityLabel } from './words';

/** None leaves it to what is written and to routing. */
const CHOICES = [{ value: '' as const, label: 'Automatic' }, ...PRIORITIES.map((value) => ({ value, label: priorityLabel(value) }))];

/** Makes a ticket that has no conversation. */
export function NewTicket({ close }: { close: () => void }) {
  const [api, navigate] = [useApi(), useNavigate()];
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const [client] = useState(() => crypto.randomUUID());
  const [subject, setSubject] = useState('');
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [priority, setPriority] = useState<Priority | ''>('');
  const [chosen, setChosen] = useState('');
  const space = chosen || spaces[0]?.id;
  const make = useMutation({
    mutationFn: () => api.post<TicketDetail>('/api/tickets', { client_id: client, space, subject, text, requester_name: name, requester_email: email, ...(priority && { priority }) }),
    onSuccess: ({ number }) => navigate({ to: '/tickets/$ticket', params: { ticket: `${number}` } }),
  });
  return (
    <Dialog wide title="New ticket" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
        className="space-y-4"
      >
        <Field label="Subject" required maxLength={200} value={subject} onChange={({ target }) => setSubject(target.value)} />
        <TextArea label="What it is about" rows={4} maxLength={10_000} value={text} onChange={({ target }) => setText(target.value)} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Requester’s name" maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
          <Field label="Requester’s e-mail" type="email" maxLength={254} value={email} onChange={({ target }) => setEmail(target.value)} />
        </div>
        {spaces.length > 1 && (
          <Select label="Space" value={space} onChange={({ target }) => setChosen(target.value)}>
            {spaces.map(({ id, name: called }) => (
              <option key={id} value={id}>
                {called}
              </option>
            ))}
          </Select>
        )}
        <Choice label="Priority" value={priority} options={CHOICES} hint={priority ? undefined : 'By what is written, and by the routing rules.'} change={setPriority} />
        <Refusal error={make.error} />
        <div className="flex justify-end gap-2">
          <Button type="button" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" look="primary" disabled={!subject.trim() || !space || make.isPending}>
            Create the ticket
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client';
import { Copyable } from '../../ui/Copyable';
import { Section } from '../../ui/Section';
import { embedQuery, useSpace } from '../api';
import { useField } from './Draft';
import { Flag } from './inputs';

/** Whether e-mail to the space becomes tickets, and where it goes. */
export function MailSection() {
  const { value } = useField<boolean>('settings.tickets.by_mail');
  return (
    <Section title="E-mail" lead="What your customers write to your support address can come in here.">
      <Flag
        path="settings.tickets.by_mail"
        label="Tickets by e-mail"
        hint="An e-mail to this space begins a conversation and its ticket. What your team answers there goes back by e-mail, and replies come to it."
      />
      {value && <Address />}
    </Section>
  );
}

function Address() {
  const { data } = useQuery(embedQuery(useApi(), useSpace()));
  if (!data) return null;
  if (!data.support_address) return <p className="text-mute">No e-mail comes in here yet. Who runs this installation can connect it.</p>;
  return (
    <div className="space-y-2">
      <p className="text-mute">Forward your support address to this one:</p>
      <Copyable text={data.support_address} what="the address" />
    </div>
  );
}

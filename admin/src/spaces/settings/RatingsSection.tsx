import { Section } from '../../ui/Section';
import { useField } from './Draft';
import { Flag, Num } from './inputs';

/** Whether visitors who rated nothing in the chat are asked by mail. */
export function RatingsSection() {
  const { value } = useField<boolean>('settings.csat.by_mail');
  return (
    <Section title="Ratings" lead="Visitors rate a resolved conversation in the chat, from 1 to 5. Who has left can be asked by e-mail.">
      <Flag
        path="settings.csat.by_mail"
        label="Ask for ratings by e-mail"
        hint="Once for each resolved conversation, where an address is known and nothing was rated in the chat. Who wants no e-mails, or is blocked, is not asked."
      />
      {value && (
        <Num path="settings.csat.after_hours" label="Hours after it is resolved" min={0} max={720} hint="0 to 720. A conversation that goes on meanwhile is not asked about. Empty: 24." />
      )}
    </Section>
  );
}

import { Choice } from '../../ui/Choice';
import { TextArea } from '../../ui/Inputs';
import { Section } from '../../ui/Section';
import { useField } from './Draft';
import { Flag, Num } from './inputs';
import type { SpaceSettings } from './settings';

type Wanted = SpaceSettings['handoff']['on_urgency'];

/** When a person is asked for, besides when the visitor asks, and what the visitor is told then. */
export function HandoffSection() {
  return (
    <Section title="Handing over to people" lead="Visitors can always ask for a person. Here is when the bot asks for one by itself, and what the visitor is told.">
      <Num
        path="settings.handoff.after_abstentions"
        label="Answers in a row that found nothing"
        min={0}
        max={5}
        hint="After so many, 1 to 5, a person is asked for. 0: never. Empty: 2."
      />
      <Flag path="settings.handoff.on_failure" label="When no model can be reached" hint="Otherwise the bot apologises, and visitors ask again or ask for a person." />
      <Flag path="settings.handoff.on_limit" label="When the plan is used up" hint="When no messages are left this month. Otherwise the bot says that it cannot answer, and visitors may ask for a person." />
      <Flag
        path="settings.handoff.by_model"
        label="When the model asks for it"
        hint="The model may call for a person where the visitor is upset or only people can decide, and notes why for your team. Not all models can."
      />
      <Flag
        path="settings.handoff.on_sentiment"
        label="When the visitor is angry"
        hint="The bot still answers what they wrote, and then a person is asked for."
      />
      <Urgency />
      <Flag
        path="settings.handoff.sentiment_by_model"
        label="Ask a model about tone"
        hint="Where a message may be angry or not, the space’s model is asked beside the conversation. Each time is a small call that is billed."
      />
      <Flag path="settings.tickets.on_handoff" label="Create a ticket for each" hint="Whoever is handed over to people has a ticket from then on, which follows the conversation." />
      <Message path="settings.handoff.message" label="When somebody is there" usual="A person from our team will join you here." />
      <Message
        path="settings.handoff.away_message"
        label="When nobody is there"
        more=" {opens} in it is when your hours begin, such as “Monday at 09:00 (Berlin time)”."
        usual="Nobody from our team is here just now. A person will answer you here, and by e-mail if you have left."
      />
    </Section>
  );
}

const URGENT = [
  { value: 'never', label: 'Never' },
  { value: 'safety', label: 'Safety' },
  { value: 'any', label: 'Anything' },
] as const;

const URGENT_HINTS: Record<Wanted, string> = {
  never: 'What cannot wait is shown on top of the inbox, and stays with the bot.',
  safety: 'Somebody may be hurt: smoke, fire, an injury.',
  any: 'Besides safety: lawyers, money that is gone, nothing works, a deadline, or that they are about to leave.',
};

function Urgency() {
  const { value, change } = useField<Wanted>('settings.handoff.on_urgency');
  return <Choice label="When it cannot wait" value={value} options={URGENT} change={change} hint={URGENT_HINTS[value]} />;
}

function Message({ path, label, usual, more = '' }: { path: string; label: string; usual: string; more?: string }) {
  const { value, change, fault } = useField<string | null>(path);
  return (
    <TextArea
      label={label}
      value={value ?? ''}
      onChange={({ target }) => change(target.value.trim() ? target.value : null)}
      maxLength={500}
      rows={3}
      placeholder={usual}
      fault={fault}
      hint={`What the visitor is told, in your own words. Empty: the words above, in the visitor’s language.${more}`}
    />
  );
}

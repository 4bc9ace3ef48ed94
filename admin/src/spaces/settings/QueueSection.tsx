import { Choice } from '../../ui/Choice';
import { Section } from '../../ui/Section';
import { useField } from './Draft';
import { Num } from './inputs';
import type { SpaceSettings } from './settings';

type Assign = SpaceSettings['queue']['assign'];

const WAYS = [
  { value: 'off', label: 'Whoever takes it' },
  { value: 'round_robin', label: 'In turn' },
  { value: 'least_loaded', label: 'Who has fewest' },
] as const;

const HINTS: Record<Assign, string> = {
  off: 'It waits until somebody takes it by hand.',
  round_robin: 'To the agent who was assigned something longest ago. Who waits longest comes first.',
  least_loaded: 'To the agent who has fewest conversations. Who waits longest comes first.',
};

/** To whom a conversation goes that waits for a person. */
export function QueueSection() {
  const { value, change } = useField<Assign>('settings.queue.assign');
  return (
    <Section title="Who gets a conversation" lead="A conversation that waits can go by itself to an agent whose console is open and who is not away.">
      <Choice label="Assigned" value={value} options={WAYS} change={change} hint={HINTS[value]} />
      {value !== 'off' && (
        <Num
          path="settings.queue.per_agent"
          label="At once for an agent"
          min={1}
          max={50}
          hint="1 to 50 conversations, in all spaces. Who has so many is assigned no more, and may still take more by hand. Empty: 5."
        />
      )}
    </Section>
  );
}

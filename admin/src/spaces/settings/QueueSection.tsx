import { X } from 'lucide-react';
import { Button } from '../../ui/Button';
import { Choice } from '../../ui/Choice';
import { box } from '../../ui/Inputs';
import { Section } from '../../ui/Section';
import { useField } from './Draft';
import { Num } from './inputs';
import type { SpaceSettings } from './settings';

type Plan = SpaceSettings['queue']['plans'][number];
type Assign = SpaceSettings['queue']['assign'];

const WAYS = [
  { value: 'off', label: 'Whoever takes it' },
  { value: 'round_robin', label: 'In turn' },
  { value: 'least_loaded', label: 'Who has fewest' },
] as const;

const HINTS: Record<Assign, string> = {
  off: 'It waits until somebody takes it by hand.',
  round_robin: 'To the agent who was assigned something longest ago. What is most urgent comes first.',
  least_loaded: 'To the agent who has fewest conversations. What is most urgent comes first.',
};

const MOST_PLANS = 20;

/** Whose contacts come earlier in the inbox. */
function Plans() {
  const { value, change, fault } = useField<Plan[]>('settings.queue.plans');
  const rows = value.length < MOST_PLANS ? [...value, { plan: '', minutes: 60 }] : value;
  const put = (at: number, next: Partial<Plan>) =>
    change(rows.map((row, i) => (i === at ? { ...row, ...next } : row)).filter(({ plan }, i) => plan !== '' || i < value.length));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">Plans answered earlier</legend>
      <ul className="space-y-1.5">
        {rows.map(({ plan, minutes }, i) => (
          <li key={i} className="flex items-center gap-2">
            <input value={plan} onChange={({ target }) => put(i, { plan: target.value })} aria-label={`Plan ${i + 1}`} placeholder={i < value.length ? undefined : 'Add a plan'} maxLength={60} aria-invalid={fault ? true : undefined} className={`${box} h-10 min-w-0 flex-1`} />
            {i < value.length && (
              <>
                <span className="w-24 shrink-0">
                  <input type="number" min={0} max={1440} value={minutes} onChange={({ target }) => put(i, { minutes: Math.round(target.valueAsNumber) || 0 })} aria-label={`Minutes earlier for plan ${i + 1}`} className={`${box} h-10`} />
                </span>
                <span className="text-xs text-mute">minutes</span>
                <Button onClick={() => change(value.filter((_, at) => at !== i))} aria-label={`Remove plan ${i + 1}`}>
                  <X className="size-4" aria-hidden />
                </Button>
              </>
            )}
          </li>
        ))}
      </ul>
      <p className={`mt-1.5 text-xs ${fault ? 'text-bad' : 'text-mute'}`}>{fault ?? 'By what the attribute “plan” of a contact says. Their conversations come earlier in the inbox, up to a day.'}</p>
    </fieldset>
  );
}

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
      <Plans />
    </Section>
  );
}

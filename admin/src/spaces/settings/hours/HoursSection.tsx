import { Switch } from '../../../ui/Inputs';
import { Section } from '../../../ui/Section';
import { useDraft, useField } from '../Draft';
import { saidOf, usualHours, type Hours } from './hours';
import { HoursEditor } from './HoursEditor';

const PATH = 'settings.hours';

/** When people are there to answer. */
export function HoursSection() {
  const { value: hours, change } = useField<Hours | null>(PATH);
  const { fault } = useDraft();
  return (
    <Section
      title="Hours"
      lead="Outside them nothing is assigned, visitors are told when you are back, and mail about who waits is sent when they begin. Agents may still take conversations by hand."
    >
      <Switch
        label="Only within hours"
        hint="Otherwise somebody may be expected at any time."
        checked={hours !== null}
        onChange={({ target }) => change(target.checked ? usualHours() : null)}
      />
      {hours && (
        <>
          {!fault(PATH) && <Now zone={hours.time_zone} />}
          <HoursEditor hours={hours} change={change} fault={(field) => fault(`${PATH}.${field}`)} />
        </>
      )}
    </Section>
  );
}

/** Whether these hours are now, as the server sees it. */
function Now({ zone }: { zone: string }) {
  const availability = useDraft().config?.availability;
  return (
    <p role="status" className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-2.5 text-xs">
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${availability?.open ? 'bg-good' : 'bg-strong'}`} />
      {availability ? saidOf(availability, zone, new Date()) : '…'}
    </p>
  );
}

import { Copy } from 'lucide-react';
import { Button } from '../../../ui/Button';
import { Switch } from '../../../ui/Inputs';
import { Section } from '../../../ui/Section';
import { useDraft, useField } from '../Draft';
import { Holidays } from './Holidays';
import { DAYS, isMondayEverywhere, nameOfDay, saidOf, usualHours, withDay, withMondayCopied, type Hours } from './hours';
import { Intervals } from './Intervals';
import { ZoneField } from './ZoneField';

const PATH = 'settings.hours';

/** When people are there to answer. */
export function HoursSection() {
  const { value: hours, change } = useField<Hours | null>(PATH);
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
      {hours && <Editor hours={hours} change={change} />}
    </Section>
  );
}

function Editor({ hours, change }: { hours: Hours; change: (hours: Hours) => void }) {
  const { fault } = useDraft();
  const all = fault(PATH);
  return (
    <>
      {!all && <Now zone={hours.time_zone} />}
      <ZoneField value={hours.time_zone} change={(time_zone) => change({ ...hours, time_zone })} fault={fault(`${PATH}.time_zone`)} />
      <div>
        <ul aria-label="Week" className="divide-y divide-line rounded-lg border border-line">
          {DAYS.map((day) => (
            <li key={day} className="grid gap-x-2 px-3 py-1.5 sm:grid-cols-[3rem_minmax(0,1fr)]">
              <span className="pt-2 font-medium" aria-hidden>
                {nameOfDay(day).slice(0, 3)}
              </span>
              <Intervals label={nameOfDay(day)} intervals={hours.week[day]} change={(intervals) => change(withDay(hours, day, intervals))} fault={fault(`${PATH}.week.${day}`)} />
            </li>
          ))}
        </ul>
        <Button look="quiet" className="mt-1.5 -ms-2" disabled={isMondayEverywhere(hours)} onClick={() => change(withMondayCopied(hours))}>
          <Copy className="size-4" aria-hidden />
          Copy Monday to Tuesday – Friday
        </Button>
      </div>
      <Holidays holidays={hours.holidays} change={(holidays) => change({ ...hours, holidays })} />
    </>
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

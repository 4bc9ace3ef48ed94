import { Copy } from 'lucide-react';
import { Button } from '../../../ui/Button';
import { Holidays } from './Holidays';
import { DAYS, isMondayEverywhere, nameOfDay, withDay, withMondayCopied, type Hours } from './hours';
import { Intervals } from './Intervals';
import { ZoneField } from './ZoneField';

interface HoursEditorProps {
  hours: Hours;
  change: (hours: Hours) => void;
  /** Why a field of them was not taken, by its path within them. */
  fault: (field: string) => string | undefined;
}

/** The week, the zone and the holidays. */
export function HoursEditor({ hours, change, fault }: HoursEditorProps) {
  return (
    <>
      <ZoneField value={hours.time_zone} change={(time_zone) => change({ ...hours, time_zone })} fault={fault('time_zone')} />
      <div>
        <ul aria-label="Week" className="divide-y divide-line rounded-lg border border-line">
          {DAYS.map((day) => (
            <li key={day} className="grid gap-x-2 px-3 py-1.5 sm:grid-cols-[3rem_minmax(0,1fr)]">
              <span className="pt-2 font-medium" aria-hidden>
                {nameOfDay(day).slice(0, 3)}
              </span>
              <Intervals label={nameOfDay(day)} intervals={hours.week[day]} change={(intervals) => change(withDay(hours, day, intervals))} fault={fault(`week.${day}`)} />
            </li>
          ))}
        </ul>
        <Button look="quiet" className="mt-1.5 -ms-2" disabled={isMondayEverywhere(hours)} onClick={() => change(withMondayCopied(hours))}>
          <Copy className="size-4" aria-hidden />
          Copy Monday to Tuesday – Friday
        </Button>
      </div>
      <Holidays holidays={hours.holidays} change={(holidays) => change({ ...hours, holidays })} fault={fault} />
    </>
  );
}

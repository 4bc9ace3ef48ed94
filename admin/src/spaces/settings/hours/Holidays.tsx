import { Plus, X } from 'lucide-react';
import { Button } from '../../../ui/Button';
import { box } from '../../../ui/Inputs';
import { MOST_HOLIDAYS, withHoliday, type Holiday } from './hours';
import { Intervals } from './Intervals';

interface HolidaysProps {
  holidays: Holiday[];
  change: (holidays: Holiday[]) => void;
  fault: (field: string) => string | undefined;
}

/** Dates on which the week does not count. */
export function Holidays({ holidays, change, fault }: HolidaysProps) {
  const put = (at: number, part: Partial<Holiday>) => change(holidays.map((holiday, i) => (i === at ? { ...holiday, ...part } : holiday)));
  return (
    <div role="group" aria-labelledby="holidays">
      <p id="holidays" className="mb-1.5 font-medium">
        Holidays
      </p>
      {holidays.length > 0 && (
        <ul className="mb-1.5 divide-y divide-line rounded-lg border border-line">
          {holidays.map((holiday, i) => {
            const { date, name = '', intervals } = holiday;
            const wrong = fault(`holidays.${i}.date`) ?? fault(`holidays.${i}.name`);
            return (
              <li key={i} className="px-3 py-1.5">
                <div className="flex flex-wrap items-center gap-1">
                  <input
                    type="date"
                    aria-label={`Date of holiday ${i + 1}`}
                    aria-invalid={wrong ? true : undefined}
                    value={date}
                    onChange={({ target }) => target.value && put(i, { date: target.value })}
                    className={`${box} my-0.5 h-9 max-w-40 px-2`}
                  />
                  <input
                    aria-label={`Name of holiday ${i + 1}`}
                    placeholder="Name (optional)"
                    value={name}
                    maxLength={60}
                    onChange={({ target }) => put(i, { name: target.value })}
                    className={`${box} my-0.5 h-9 min-w-0 flex-1 basis-40 px-2`}
                  />
                  <button
                    type="button"
                    aria-label={`Remove holiday ${i + 1}`}
                    onClick={() => change(holidays.filter((_, n) => n !== i))}
                    className="grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
                  >
                    <X className="size-4" aria-hidden />
                  </button>
                </div>
                <Intervals label={name || date} intervals={intervals} change={(next) => put(i, { intervals: next })} fault={fault(`holidays.${i}.intervals`)} />
                {wrong && <p className="pb-1.5 text-xs text-bad">{wrong}</p>}
              </li>
            );
          })}
        </ul>
      )}
      <Button disabled={holidays.length >= MOST_HOLIDAYS} onClick={() => change(withHoliday(holidays, new Date()))}>
        <Plus className="size-4" aria-hidden />
        Add a holiday
      </Button>
    </div>
  );
}

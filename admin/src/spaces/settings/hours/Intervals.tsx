import { Plus, X } from 'lucide-react';
import { box } from '../../../ui/Inputs';
import { withOneMore, type Interval } from './hours';

interface IntervalsProps {
  /** Whose they are. */
  label: string;
  intervals: Interval[];
  change: (intervals: Interval[]) => void;
  fault: string | undefined;
}

/** The intervals of a day, each in a row, and a button for one more. */
export function Intervals({ label, intervals, change, fault }: IntervalsProps) {
  const more = withOneMore(intervals);
  const put = (at: number, part: Partial<Interval>) => change(intervals.map((interval, i) => (i === at ? { ...interval, ...part } : interval)));
  const add = (
    <button
      type="button"
      aria-label={`Add hours to ${label}`}
      disabled={!more}
      onClick={() => more && change(more)}
      className="grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink disabled:invisible"
    >
      <Plus className="size-4" aria-hidden />
    </button>
  );
  return (
    <div role="group" aria-label={label} className="min-w-0">
      {intervals.length === 0 && (
        <div className="flex items-center justify-between">
          <span className="text-mute">Closed</span>
          {add}
        </div>
      )}
      {intervals.map(({ from, to }, i) => (
        <div key={i} className="flex items-center gap-1">
          <Time label={`${label} from`} value={from} change={(time) => put(i, { from: time })} fault={fault} />
          <span aria-hidden className="text-mute">
            –
          </span>
          {/* A clock shows the end of the day as 00:00. */}
          <Time label={`${label} to`} value={to === '24:00' ? '00:00' : to} change={(time) => put(i, { to: time === '00:00' ? '24:00' : time })} fault={fault} />
          <button
            type="button"
            aria-label={`Remove ${from} to ${to} from ${label}`}
            onClick={() => change(intervals.filter((_, n) => n !== i))}
            className="ms-auto grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
          >
            <X className="size-4" aria-hidden />
          </button>
          {i === intervals.length - 1 ? add : <span className="size-9 shrink-0" />}
        </div>
      ))}
      {fault && <p className="pb-1.5 text-xs text-bad">{fault}</p>}
    </div>
  );
}

/** A time that is being typed is none yet, and changes nothing. */
function Time({ label, value, change, fault }: { label: string; value: string; change: (time: string) => void; fault: string | undefined }) {
  return (
    <input
      type="time"
      aria-label={label}
      aria-invalid={fault ? true : undefined}
      value={value}
      onChange={({ target }) => target.value && change(target.value.slice(0, 5))}
      // A phone has a clock of its own, and needs the room.
      className={`${box} my-0.5 h-9 max-w-32 min-w-0 px-2 tabular-nums max-sm:[&::-webkit-calendar-picker-indicator]:hidden`}
    />
  );
}

import type { Space } from '../spaces/api';
import { Download, type Table } from './Download';
import { CHANNELS, daysFrom, isoDay, MOST_DAYS, type Channel, type Days, type OverviewSearch, type Range } from './range';

const NAMES: Record<Range, string> = {
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  month: 'This month',
  custom: 'Custom',
};

const CHANNEL_NAMES: Record<Channel, string> = { widget: 'Widget', mail: 'E-mail' };

interface ControlsProps {
  search: OverviewSearch;
  days: Days;
  spaces: Space[];
  space: Space | undefined;
  change: (search: OverviewSearch) => void;
  /** Where the same is a table. */
  table: Table;
  /** Whether those before may stand beside them. */
  compares?: boolean | undefined;
  /** Whether one channel may be asked for. */
  channels?: boolean | undefined;
}

const box = 'h-9 rounded-lg border border-line bg-panel px-2.5 text-base hover:border-strong sm:text-sm';

/** Which days, of which space, and whether beside those before. */
export function Controls({ search, days, spaces, space, change, table, compares = true, channels = false }: ControlsProps) {
  const range = search.range ?? '30d';
  const choose = (next: Range) => {
    const kept = { ...search, range: next };
    delete kept.from;
    delete kept.to;
    // Custom days begin as those that are shown.
    change(next === 'custom' ? { ...kept, from: days.from, to: days.to } : kept);
  };
  const today = isoDay(new Date());
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-2">
        <div role="group" aria-label="Days" className="flex max-w-full flex-wrap gap-1 rounded-xl bg-sunken p-1 max-sm:w-full max-sm:justify-between max-sm:gap-0">
          {(Object.keys(NAMES) as Range[]).map((known) => (
            <button
              key={known}
              type="button"
              aria-pressed={known === range}
              onClick={() => choose(known)}
              className="h-7 rounded-lg px-2.5 font-medium text-mute max-sm:px-1.5 max-sm:text-xs hover:text-ink aria-pressed:bg-panel aria-pressed:text-ink aria-pressed:shadow-sm"
            >
              {NAMES[known]}
            </button>
          ))}
        </div>
        <select aria-label="Space" value={space?.slug ?? ''} onChange={(event) => change({ ...search, space: event.target.value })} className={`${box} max-w-48`}>
          <option value="">All spaces</option>
          {spaces.map(({ id, slug, name }) => (
            <option key={id} value={slug}>
              {name}
            </option>
          ))}
        </select>
        {channels && (
          <select
            aria-label="Channel"
            value={search.channel ?? ''}
            onChange={(event) => change({ ...search, channel: CHANNELS.find((known) => known === event.target.value) })}
            className={box}
          >
            <option value="">All channels</option>
            {CHANNELS.map((channel) => (
              <option key={channel} value={channel}>
                {CHANNEL_NAMES[channel]}
              </option>
            ))}
          </select>
        )}
        {compares && (
          <label className="flex h-9 items-center gap-2 px-1">
            <input
              type="checkbox"
              checked={search.compare !== false}
              onChange={(event) => change({ ...search, compare: event.target.checked })}
              className="size-4 accent-accent-fill"
            />
            Compare with before
          </label>
        )}
        <Download table={table} days={days} />
      </div>
      {range === 'custom' && (
        <div className="flex flex-wrap items-center gap-2">
          <label className="flex items-center gap-2">
            From
            <input type="date" value={search.from ?? days.from} max={search.to ?? today} onChange={(event) => change({ ...search, from: event.target.value })} className={box} />
          </label>
          <label className="flex items-center gap-2">
            to
            <input type="date" value={search.to ?? days.to} min={search.from ?? days.from} max={today} onChange={(event) => change({ ...search, to: event.target.value })} className={box} />
          </label>
          {search.from && search.to && (search.from > search.to || daysFrom(search.from, search.to) > MOST_DAYS) && (
            <p role="status" className="text-warn">
              {search.from > search.to ? 'The last day is before the first.' : `At most ${MOST_DAYS} days.`} These are the last 30.
            </p>
          )}
        </div>
      )}
    </div>
  );
}

import type { Analytics, Figures } from './api';
import { change, changeText, cost, count, duration, score, share, type Format } from './format';
import { Spark } from './Spark';

interface Tile {
  name: string;
  /** What it is of, in small. */
  of?: (figures: Figures) => string | null;
  tell: (figures: Figures) => number | null;
  format: Format;
  /** Whether more is better; none where it is neither. */
  better?: 'more' | 'less';
}

const part = (of: number, all: number) => (all === 0 ? null : of / all);
const nineOfTen = (p90_ms: number | null) => (p90_ms === null ? null : `nine of ten in ${duration(p90_ms)}`);

const TILES: Tile[] = [
  { name: 'Conversations', tell: (f) => f.conversations, format: count, better: 'more', of: (f) => `${count(f.messages.assistant + f.messages.agent)} replies` },
  { name: 'Visitors', tell: (f) => f.visitors, format: count, better: 'more', of: (f) => `${count(f.messages.visitor)} messages` },
  {
    name: 'Resolved without a person',
    tell: (f) => part(f.resolved.alone, f.resolved.total),
    format: share,
    better: 'more',
    of: (f) => `${count(f.resolved.alone)} of ${count(f.resolved.total)} resolved`,
  },
  {
    name: 'Handed to a person',
    tell: (f) => part(f.handoffs.total, f.conversations),
    format: share,
    better: 'less',
    of: (f) => `${count(f.handoffs.total)} of ${count(f.conversations)} conversations`,
  },
  { name: 'First response', tell: (f) => f.first_response.p50_ms, format: duration, better: 'less', of: (f) => nineOfTen(f.first_response.p90_ms) },
  { name: 'Time to resolution', tell: (f) => f.resolution.p50_ms, format: duration, better: 'less', of: (f) => nineOfTen(f.resolution.p90_ms) },
  { name: 'Grounding', tell: (f) => f.grounding.mean, format: share, better: 'more', of: (f) => `of ${count(f.grounding.count)} answers` },
  { name: 'Satisfaction', tell: (f) => f.csat.mean, format: score, better: 'more', of: (f) => `of ${count(f.csat.count)} ratings` },
  { name: 'Cost', tell: (f) => f.usage.cost_nanos, format: cost, better: 'less', of: (f) => `${count(f.usage.calls)} ${f.usage.calls === 1 ? 'call' : 'calls'}` },
];

/** The period in figures. */
export function Tiles({ data: { totals, series, previous } }: { data: Analytics }) {
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3">
      {TILES.map(({ name, of, tell, format, better }) => (
        <div key={name} className="flex min-w-0 flex-col rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1 flex flex-wrap items-baseline gap-x-2">
            <span className="text-xl font-semibold tabular-nums sm:text-2xl">{format(tell(totals))}</span>
            {previous && <Delta now={tell(totals)} before={tell(previous.totals)} format={format} better={better} />}
          </dd>
          <dd className="mb-2 text-xs text-mute">{of?.(totals) ?? '\u00a0'}</dd>
          <dd aria-hidden className="mt-auto">
            <Spark values={series.map(({ figures }) => tell(figures))} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface DeltaProps {
  now: number | null;
  before: number | null;
  format: Format;
  better: Tile['better'];
}

/** How a figure has changed. */
export function Delta({ now, before, format, better }: DeltaProps) {
  const by = change(now, before);
  if (by === null) return null;
  // What is told as 0% is neither.
  const good = Math.abs(by) < 0.005 || !better ? 'text-mute' : by > 0 === (better === 'more') ? 'text-good' : 'text-bad';
  return (
    <span className={`text-xs font-medium tabular-nums ${good}`} title={`${format(before)} in the days before`}>
      {changeText(by)}
      <span className="sr-only"> against {format(before)} in the days before</span>
    </span>
  );
}

import { readOf, type Analytics, type Figures } from './api';
import { change, changeText, cost, count, difference, duration, hundredths, part, score, share, type Format } from './format';
import { Spark } from './Spark';

interface Tile {
  name: string;
  /** What it is of, in small. */
  of?: (figures: Figures) => string | null;
  tell: (figures: Figures) => number | null;
  format: Format;
  /** Whether more is better; none where it is neither. */
  better?: 'more' | 'less';
  /** It is compared by how much it differs, not by which part of it that is: it may be nought and below. */
  absolute?: true;
}

const nineOfTen = (p90_ms: number | null) => (p90_ms === null ? null : `nine of ten in ${duration(p90_ms)}`);

const some = (n: number, one: string, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

const TILES: Tile[] = [
  { name: 'Conversations', tell: (f) => f.conversations, format: count, better: 'more', of: (f) => some(f.messages.assistant + f.messages.agent, 'reply', 'replies') },
  { name: 'Visitors', tell: (f) => f.visitors, format: count, better: 'more', of: (f) => some(f.messages.visitor, 'message') },
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
    of: (f) => `${count(f.handoffs.total)} of ${some(f.conversations, 'conversation')}`,
  },
  { name: 'First response', tell: (f) => f.first_response.p50_ms, format: duration, better: 'less', of: (f) => nineOfTen(f.first_response.p90_ms) },
  {
    name: 'Waiting for a person',
    tell: (f) => f.human_response.p50_ms,
    format: duration,
    better: 'less',
    of: (f) => nineOfTen(f.human_response.p90_ms),
  },
  { name: 'Time to resolution', tell: (f) => f.resolution.p50_ms, format: duration, better: 'less', of: (f) => nineOfTen(f.resolution.p90_ms) },
  { name: 'Grounding', tell: (f) => f.grounding.mean, format: share, better: 'more', of: (f) => `of ${some(f.grounding.count, 'answer')}` },
  { name: 'Satisfaction', tell: (f) => f.csat.mean, format: score, better: 'more', of: (f) => `of ${some(f.csat.count, 'rating')}` },
  {
    name: 'Sentiment',
    tell: (f) => f.sentiment.mean,
    format: hundredths,
    better: 'more',
    absolute: true,
    of: (f) => `−100 to +100, of ${some(readOf(f.sentiment), 'message')}`,
  },
  {
    name: 'Angry messages',
    tell: (f) => part(f.sentiment.angry, readOf(f.sentiment)),
    format: share,
    better: 'less',
    of: (f) => `${count(f.sentiment.angry)} of ${some(readOf(f.sentiment), 'message')}`,
  },
  { name: 'Cost', tell: (f) => f.usage.cost_nanos, format: cost, better: 'less', of: (f) => some(f.usage.calls, 'call') },
];

/** The period in figures. */
export function Tiles({ data: { totals, series, previous } }: { data: Analytics }) {
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 md:grid-cols-3 xl:grid-cols-4">
      {TILES.map(({ name, of, tell, format, better, absolute }) => (
        <div key={name} className="flex min-w-0 flex-col rounded-2xl border border-line bg-panel p-3.5 sm:p-4">
          <dt className="text-xs font-medium text-mute sm:text-sm">{name}</dt>
          <dd className="mt-1 flex flex-wrap items-baseline gap-x-2">
            <span className="text-xl font-semibold tabular-nums sm:text-2xl">{format(tell(totals))}</span>
            {previous && <Delta now={tell(totals)} before={tell(previous.totals)} format={format} better={better} absolute={absolute} />}
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
  absolute?: boolean | undefined;
}

/** How a figure has changed. */
export function Delta({ now, before, format, better, absolute }: DeltaProps) {
  const by = absolute ? difference(now, before) : change(now, before);
  if (by === null) return null;
  // What is told as nought is neither.
  const good = Math.abs(by) < 0.005 || !better ? 'text-mute' : by > 0 === (better === 'more') ? 'text-good' : 'text-bad';
  return (
    <span className={`text-xs font-medium tabular-nums ${good}`} title={`${format(before)} in the days before`}>
      {absolute ? format(by) : changeText(by)}
      <span className="sr-only"> against {format(before)} in the days before</span>
    </span>
  );
}

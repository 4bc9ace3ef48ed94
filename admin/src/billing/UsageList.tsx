import { Tag } from '../ui/Tag';
import { isAdded, levelOf, type Level, type Standing, type Usage } from './api';
import { nameOf, resets, thenOf, usedOf } from './words';

const BARS: Record<Level, string> = { fine: 'bg-accent', near: 'bg-warn', full: 'bg-bad' };

/** Each limit, and how much of it is used. */
export function UsageList({ usage }: { usage: Usage }) {
  return (
    <ul className="divide-y divide-line rounded-xl border border-line">
      {usage.limits.map((standing) => (
        <UsageRow key={standing.quota} standing={standing} timeZone={usage.time_zone} />
      ))}
    </ul>
  );
}

function UsageRow({ standing, timeZone }: { standing: Standing; timeZone: string }) {
  const { quota, used, limit, resets_at } = standing;
  // Whoever adds one sees it: it is no cause for alarm.
  const level = isAdded(quota) ? 'fine' : levelOf(standing);
  const full = levelOf(standing) === 'full';
  const percent = limit === null ? 0 : limit === 0 ? 100 : Math.min(100, Math.round((used / limit) * 100));
  const name = nameOf(quota);
  return (
    <li className="space-y-2 p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {level === 'near' && <Tag look="warn">Nearly used up</Tag>}
          {full && <Tag look={level === 'full' ? 'bad' : 'plain'}>{level === 'full' ? 'Used up' : 'All in use'}</Tag>}
        </h3>
        <p className="tabular-nums">
          {usedOf(standing)}
          {limit === null && <span className="text-mute"> · {quota === 'cost_per_month' ? 'No budget' : 'Unlimited'}</span>}
        </p>
      </div>
      {limit !== null && (
        <span
          role="meter"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(used, limit)}
          aria-valuetext={usedOf(standing)}
          className="block h-1.5 overflow-hidden rounded-full bg-line"
        >
          <span className={`block h-full rounded-full ${BARS[level]}`} style={{ width: `${percent}%` }} />
        </span>
      )}
      {limit !== null && (resets_at || full) && (
        <p className="text-xs text-mute">
          {full && `${thenOf(standing)} `}
          {resets_at && `Begins anew on ${resets(resets_at, timeZone)}.`}
        </p>
      )}
    </li>
  );
}

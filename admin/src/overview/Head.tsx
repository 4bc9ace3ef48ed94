import { Link } from '@tanstack/react-router';
import { longSlotName } from './format';
import type { Days } from './range';

const REPORTS = [
  { to: '/overview', label: 'Figures' },
  { to: '/overview/questions', label: 'Questions' },
  { to: '/overview/ratings', label: 'Ratings' },
] as const;

/** What a report is called, of which days it is, and the other reports. */
export function Head({ title, days }: { title: string; days: Days }) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-3">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        <p className="text-mute">
          {longSlotName(days.from)} to {longSlotName(days.to)} <span className="whitespace-nowrap">({days.tz})</span>
        </p>
      </div>
      <nav aria-label="Reports" className="flex gap-0.5">
        {REPORTS.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            className="inline-flex h-8 items-center rounded-md px-2.5 font-medium text-mute hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
          >
            {label}
          </Link>
        ))}
      </nav>
    </div>
  );
}

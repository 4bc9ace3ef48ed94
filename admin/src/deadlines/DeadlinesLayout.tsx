import { Link, Outlet } from '@tanstack/react-router';

const TABS = [
  { to: '/deadlines', label: 'Report' },
  { to: '/deadlines/policies', label: 'Policies' },
] as const;

/** How promises are kept, and which there are. */
export function DeadlinesLayout() {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      <div className="mx-auto max-w-6xl space-y-5 p-4 sm:p-6">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">Deadlines</h1>
          <p className="text-mute text-pretty">By when tickets are to be answered and resolved, and how that is kept.</p>
        </div>
        <nav aria-label="Deadlines" className="flex gap-5 border-b border-line">
          {TABS.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: true }}
              className="-mb-px border-b-2 border-transparent pb-2 font-medium text-mute hover:text-ink data-[status=active]:border-accent data-[status=active]:text-ink"
            >
              {label}
            </Link>
          ))}
        </nav>
        <Outlet />
      </div>
    </div>
  );
}

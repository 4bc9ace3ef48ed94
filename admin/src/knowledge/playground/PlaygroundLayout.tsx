import { Link, Outlet } from '@tanstack/react-router';
import { useSpace } from '../../spaces/api';

const VIEWS = [
  { to: '/spaces/$space/playground', label: 'Ask', exact: true },
  { to: '/spaces/$space/playground/golden', label: 'Golden questions', exact: false },
] as const;

/** Where the knowledge of a space is tried out. */
export function PlaygroundLayout() {
  const space = useSpace();
  return (
    <div className="flex min-h-0 flex-1 flex-col bg-panel">
      <nav aria-label="Playground" className="flex h-13 shrink-0 items-center gap-0.5 border-b border-line px-2 sm:px-4">
        {VIEWS.map(({ to, label, exact }) => (
          <Link
            key={to}
            to={to}
            params={{ space: space.slug }}
            activeOptions={{ exact, includeSearch: false }}
            className="inline-flex h-8 items-center rounded-md px-2.5 font-medium text-mute hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <Outlet />
      </div>
    </div>
  );
}

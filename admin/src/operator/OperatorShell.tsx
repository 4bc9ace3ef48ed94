import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Activity, Building2, ChartNoAxesCombined, LogOut, ScrollText, type LucideIcon } from 'lucide-react';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import { Refusal } from '../ui/Notice';
import { leave, operatorQuery } from './api';
import { OperatorLink } from './OperatorLink';
import { OpenAccess } from './OpenAccess';

const PLACES: { to: string; label: string; icon: LucideIcon }[] = [
  { to: '/', label: 'Overview', icon: ChartNoAxesCombined },
  { to: '/tenants', label: 'Workspaces', icon: Building2 },
  { to: '/health', label: 'Health', icon: Activity },
  { to: '/log', label: 'Log', icon: ScrollText },
];

/** What stands around every page of operators. */
export function OperatorShell() {
  const queries = useQueryClient();
  const { data: operator } = useQuery(operatorQuery);
  const leaving = useMutation({
    mutationFn: leave,
    onSuccess: () => {
      queries.clear();
      location.assign('/operator/');
    },
  });
  return (
    <div className="flex h-dvh flex-col">
      <a href="#main" className="sr-only z-50 rounded-lg bg-accent-fill px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the content
      </a>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line bg-panel px-4 py-2">
        <OperatorLink to="/" className="flex items-center gap-2.5 rounded-lg py-1 font-semibold">
          <Logo /> Operators
        </OperatorLink>
        <nav aria-label="Pages" className="order-last flex max-w-full gap-1 overflow-x-auto sm:order-none">
          {PLACES.map(({ to, label, icon: Icon }) => (
            <OperatorLink
              key={to}
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="flex items-center gap-2 rounded-lg px-2.5 py-1.5 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
            >
              <Icon className="size-4 max-sm:hidden" aria-hidden /> {label}
            </OperatorLink>
          ))}
        </nav>
        <div className="ms-auto flex min-w-0 items-center gap-3">
          <span className="truncate text-xs text-mute max-md:hidden">{operator?.email}</span>
          <Button look="quiet" onClick={() => leaving.mutate()} disabled={leaving.isPending}>
            <LogOut className="size-4" aria-hidden /> Leave
          </Button>
        </div>
      </header>
      <OpenAccess />
      <Refusal error={leaving.error} />
      <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        <Outlet />
      </main>
    </div>
  );
}

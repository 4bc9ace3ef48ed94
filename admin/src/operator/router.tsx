import type { QueryClient } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { OperatorLink } from './OperatorLink';
import { OperatorShell } from './OperatorShell';
import { wantedTenants } from './wanted';

const root = createRootRoute({ component: OperatorShell, notFoundComponent: NotFound });

const overview = createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./OperatorOverview'), 'OperatorOverview') });
const tenants = createRoute({
  getParentRoute: () => root,
  path: 'tenants',
  validateSearch: wantedTenants,
  component: lazyRouteComponent(() => import('./TenantsPage'), 'TenantsPage'),
});
const tenant = createRoute({ getParentRoute: () => root, path: 'tenants/$tenant', component: lazyRouteComponent(() => import('./TenantPage'), 'TenantPage') });
const health = createRoute({ getParentRoute: () => root, path: 'health', component: lazyRouteComponent(() => import('./HealthPage'), 'HealthPage') });
const log = createRoute({ getParentRoute: () => root, path: 'log', component: lazyRouteComponent(() => import('./LogPage'), 'LogPage') });

/** The pages of operators. The types of links and of what an address says are those of the console's router, which is another one. */
export const createOperatorRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([overview, tenants, tenant, health, log]),
    basepath: '/operator',
    defaultErrorComponent: ({ error, reset }) => <Failed error={error} reset={reset} queries={queries} />,
  });

function Failed({ error, reset, queries }: { error: unknown; reset: () => void; queries: QueryClient }) {
  const again = () => {
    void queries.invalidateQueries();
    reset();
  };
  return <Failure error={error} retry={again} />;
}

function NotFound() {
  return (
    <Empty icon={SearchX} title="Nothing here">
      <OperatorLink to="/" className="font-medium text-accent hover:underline">
        To the overview
      </OperatorLink>
    </Empty>
  );
}

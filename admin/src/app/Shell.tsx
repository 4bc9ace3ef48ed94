import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useSessionState } from '../auth/session';
import { Attention } from '../inbox/Attention';
import { InboxLive } from '../inbox/InboxLive';
import { Down } from '../live/Down';
import { FindButton, Keyboard } from '../palette/Keyboard';
import { SpaceNav, SpaceSwitcher } from '../spaces/SpaceNav';
import { Logo } from '../ui/Logo';
import { InboxNav } from './InboxNav';
import { patient } from './patient';
import { UserMenu } from './UserMenu';
import { WorkspaceNav } from './WorkspaceNav';

const Banners = lazy(patient(async () => ({ default: (await import('./Banners')).Banners })));

/** What stands around every page: a sidebar, or a bar on a narrow screen. */
export function Shell() {
  const identity = useSessionState();
  if (identity.phase !== 'in') return null;
  return (
    <Keyboard>
      <div className="flex h-dvh flex-col lg:flex-row">
        <a href="#main" className="sr-only z-50 rounded-lg bg-accent-fill px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
          Skip to the content
        </a>
        <div className="hidden w-60 shrink-0 flex-col border-e border-line bg-panel lg:flex">
          <Link to="/" className="m-3 mb-2 flex items-center gap-2.5 rounded-lg p-2 text-base font-semibold">
            <Logo /> Parlance
          </Link>
          <FindButton wide />
          <div className="min-h-0 flex-1 overflow-y-auto">
            <InboxNav />
            <SpaceNav />
            <WorkspaceNav />
          </div>
          <div className="border-t border-line p-3">
            <UserMenu identity={identity} wide />
          </div>
        </div>
        <div className="flex h-14 shrink-0 items-center justify-between gap-3 border-b border-line bg-panel px-2 lg:hidden">
          <SpaceSwitcher />
          <div className="flex shrink-0 items-center gap-1">
            <FindButton />
            <UserMenu identity={identity} />
          </div>
        </div>
        <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none">
          <Suspense>
            <Banners identity={identity} />
          </Suspense>
          <Outlet />
        </main>
        <Down />
        <InboxLive />
        <Attention />
      </div>
    </Keyboard>
  );
}

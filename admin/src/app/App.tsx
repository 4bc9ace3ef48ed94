import { RouterProvider } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { leaveOutside, mailedPage, OutsidePage } from '../auth/outside';
import { RefusedPage } from '../auth/provider/lazy';
import { useSession, useSessionState } from '../auth/session';
import { LiveProvider } from '../live/live';
import { Failure } from '../ui/Failure';
import { Logo } from '../ui/Logo';
import { createConsoleRouter } from './router';

/** The console for who is logged in, the way in for who is not. */
export function App() {
  return (
    <Suspense fallback={<Splash />}>
      <Page />
    </Suspense>
  );
}

function Page() {
  const session = useSession();
  const state = useSessionState();
  const [mailed] = useState(mailedPage);
  if (mailed) return mailed;
  switch (state.phase) {
    case 'starting':
    case 'arrived':
      return <Splash />;
    case 'unreachable':
      return (
        <div className="flex h-full">
          <Failure error={state.problem} retry={() => session.start()} />
        </div>
      );
    case 'out':
      return <OutsidePage ended={state.ended} provider={session.provider} />;
    case 'refused':
      return <RefusedPage problem={state.problem} />;
    case 'in':
      // Another person in another tab's log-in begins anew.
      return <Console key={`${state.tenant.id} ${state.user.id}`} />;
  }
}

function Console() {
  const [router] = useState(() => {
    leaveOutside();
    return createConsoleRouter();
  });
  return (
    <LiveProvider>
      <RouterProvider router={router} />
    </LiveProvider>
  );
}

function Splash() {
  return (
    <div role="status" aria-label="Starting" className="grid h-full place-items-center">
      <Logo className="size-10 animate-pulse" />
    </div>
  );
}

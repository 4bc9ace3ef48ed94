import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { Api, ApiProvider } from '../api/client';
import { App } from '../app/App';
import { createQueryClient } from '../app/queries';
import { Session, SessionProvider } from '../auth/session';

/** The console at `path`, started. */
export async function openConsole(path: string, isInvited?: () => boolean): Promise<Session> {
  history.replaceState(null, '', path);
  const queries = createQueryClient();
  const session = new Session(() => queries.clear(), isInvited);
  render(
    <SessionProvider value={session}>
      <ApiProvider value={new Api(session)}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </ApiProvider>
    </SessionProvider>,
  );
  await session.start();
  return session;
}

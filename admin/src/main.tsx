import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Api, ApiProvider } from './api/client';
import { App } from './app/App';
import { createQueryClient } from './app/queries';
import { isInvited, toFront } from './auth/place';
import { Session, SessionProvider } from './auth/session';
import './app.css';

const queries = createQueryClient();
const session = new Session((moved) => {
  queries.clear();
  // What the address names is of the workspace before.
  if (moved) toFront();
}, isInvited);
const api = new Api(session);
void session.start();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <SessionProvider value={session}>
      <ApiProvider value={api}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </ApiProvider>
    </SessionProvider>
  </StrictMode>,
);

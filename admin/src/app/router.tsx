import { createRootRoute, createRoute, createRouter, Link, Navigate } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { AccountPage } from '../account/AccountPage';
import { ConversationPage } from '../inbox/ConversationPage';
import { InboxPage, NoConversation } from '../inbox/InboxPage';
import { HomePage } from '../spaces/HomePage';
import { InstallPage } from '../spaces/InstallPage';
import { SpaceLayout } from '../spaces/SpaceLayout';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Shell } from './Shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const account = createRoute({ getParentRoute: () => root, path: 'account', component: AccountPage });

const space = createRoute({ getParentRoute: () => root, path: 'spaces/$space', component: SpaceLayout });
const spaceHome = createRoute({ getParentRoute: () => space, path: '/', component: SpaceHome });
const install = createRoute({ getParentRoute: () => space, path: 'install', component: InstallPage });

const inbox = createRoute({ getParentRoute: () => space, path: 'conversations', component: InboxPage });
const noConversation = createRoute({ getParentRoute: () => inbox, path: '/', component: NoConversation });
const conversation = createRoute({ getParentRoute: () => inbox, path: '$conversation', component: ConversationPage });

const routeTree = root.addChildren([
  home,
  account,
  space.addChildren([spaceHome, install, inbox.addChildren([noConversation, conversation])]),
]);

/** All addresses of the console, below where the server has it. */
export function createConsoleRouter() {
  return createRouter({
    routeTree,
    basepath: '/console',
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}

function SpaceHome() {
  return <Navigate to="/spaces/$space/conversations" params={{ space: space.useParams().space }} replace />;
}

function NotFound() {
  return (
    <Empty icon={SearchX} title="There is no such page">
      <Link to="/" className="font-medium text-accent underline underline-offset-2">
        Your spaces
      </Link>
    </Empty>
  );
}

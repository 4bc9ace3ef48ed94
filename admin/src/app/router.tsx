import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Navigate } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { wanted } from '../audit/wanted';
import { wantedContacts } from '../contacts/wanted';
import { ConversationPage } from '../inbox/ConversationPage';
import { InboxPage, NoConversation } from '../inbox/InboxPage';
import { gapSearch } from '../gaps/search';
import { readOverview, readQuestions, readSearch } from '../overview/range';
import { shownOf } from '../inbox/search';
import { readLedger } from '../ledger/search';
import { filterOf, questionOf, withOf } from '../knowledge/filter';
import { HomePage } from '../spaces/HomePage';
import { wantedTickets } from '../tickets/wanted';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { patient } from './patient';
import { Shell } from './Shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const account = createRoute({ getParentRoute: () => root, path: 'account', component: lazyRouteComponent(patient(() => import('../account/AccountPage')), 'AccountPage') });

const overview = createRoute({
  getParentRoute: () => root,
  path: 'overview',
  validateSearch: readOverview,
  // With its charts, which are large.
  component: lazyRouteComponent(patient(() => import('../overview/OverviewPage')), 'OverviewPage'),
});

const questions = createRoute({
  getParentRoute: () => root,
  path: 'overview/questions',
  validateSearch: readQuestions,
  component: lazyRouteComponent(patient(() => import('../gaps/QuestionsPage')), 'QuestionsPage'),
});

const ratings = createRoute({
  getParentRoute: () => root,
  path: 'overview/ratings',
  validateSearch: readSearch,
  component: lazyRouteComponent(patient(() => import('../overview/RatingsPage')), 'RatingsPage'),
});

const space = createRoute({ getParentRoute: () => root, path: 'spaces/$space', component: lazyRouteComponent(patient(() => import('../spaces/SpaceLayout')), 'SpaceLayout') });
const spaceHome = createRoute({ getParentRoute: () => space, path: '/', component: SpaceHome });
const install = createRoute({ getParentRoute: () => space, path: 'install', component: lazyRouteComponent(patient(() => import('../spaces/InstallPage')), 'InstallPage') });

const archived = createRoute({
  getParentRoute: () => root,
  path: 'archived',
  component: lazyRouteComponent(patient(() => import('../spaces/ArchivedPage')), 'ArchivedPage'),
});
const settings = createRoute({
  getParentRoute: () => space,
  path: 'settings',
  component: lazyRouteComponent(patient(() => import('../spaces/settings/SettingsLayout')), 'SettingsLayout'),
});
const look = createRoute({ getParentRoute: () => settings, path: '/', component: lazyRouteComponent(patient(() => import('../spaces/settings/LookPage')), 'LookPage') });
const answers = createRoute({
  getParentRoute: () => settings,
  path: 'answers',
  component: lazyRouteComponent(patient(() => import('../spaces/settings/AnswersPage')), 'AnswersPage'),
});
const people = createRoute({ getParentRoute: () => settings, path: 'people', component: lazyRouteComponent(patient(() => import('../spaces/settings/PeoplePage')), 'PeoplePage') });
const site = createRoute({ getParentRoute: () => settings, path: 'site', component: lazyRouteComponent(patient(() => import('../spaces/settings/SitePage')), 'SitePage') });
const versions = createRoute({
  getParentRoute: () => settings,
  path: 'versions',
  component: lazyRouteComponent(patient(() => import('../spaces/settings/VersionsPage')), 'VersionsPage'),
});
const experiments = createRoute({
  getParentRoute: () => settings,
  path: 'experiments',
  component: lazyRouteComponent(patient(() => import('../spaces/settings/experiments/ExperimentsPage')), 'ExperimentsPage'),
});
const danger = createRoute({
  getParentRoute: () => settings,
  path: 'danger',
  component: lazyRouteComponent(patient(() => import('../spaces/settings/DangerPage')), 'DangerPage'),
});

const workspace = createRoute({
  getParentRoute: () => root,
  path: 'workspace',
  component: lazyRouteComponent(patient(() => import('../workspace/WorkspacePage')), 'WorkspacePage'),
});
const team = createRoute({ getParentRoute: () => root, path: 'team', component: lazyRouteComponent(patient(() => import('../team/TeamPage')), 'TeamPage') });
const canned = createRoute({
  getParentRoute: () => root,
  path: 'canned-replies',
  component: lazyRouteComponent(patient(() => import('../canned/CannedPage')), 'CannedPage'),
});
const categories = createRoute({
  getParentRoute: () => root,
  path: 'categories',
  component: lazyRouteComponent(patient(() => import('../categories/CategoriesPage')), 'CategoriesPage'),
});
const routing = createRoute({
  getParentRoute: () => root,
  path: 'routing',
  component: lazyRouteComponent(patient(() => import('../routing/RoutingPage')), 'RoutingPage'),
});
const contacts = createRoute({
  getParentRoute: () => root,
  path: 'contacts',
  validateSearch: wantedContacts,
  component: lazyRouteComponent(patient(() => import('../contacts/ContactsPage')), 'ContactsPage'),
});
const contact = createRoute({
  getParentRoute: () => root,
  path: 'contacts/$contact',
  component: lazyRouteComponent(patient(() => import('../contacts/ContactPage')), 'ContactPage'),
});
const tickets = createRoute({
  getParentRoute: () => root,
  path: 'tickets',
  validateSearch: wantedTickets,
  component: lazyRouteComponent(patient(() => import('../tickets/TicketsPage')), 'TicketsPage'),
});
const ticket = createRoute({
  getParentRoute: () => root,
  path: 'tickets/$ticket',
  component: lazyRouteComponent(patient(() => import('../tickets/TicketPage')), 'TicketPage'),
});
const keys = createRoute({ getParentRoute: () => root, path: 'keys', component: lazyRouteComponent(patient(() => import('../keys/KeysPage')), 'KeysPage') });
const audit = createRoute({
  getParentRoute: () => root,
  path: 'audit',
  validateSearch: wanted,
  component: lazyRouteComponent(patient(() => import('../audit/AuditPage')), 'AuditPage'),
});

const billing = createRoute({ getParentRoute: () => root, path: 'billing', component: lazyRouteComponent(patient(() => import('../billing/BillingPage')), 'BillingPage') });

const ledger = createRoute({
  getParentRoute: () => root,
  path: 'billing/ledger',
  validateSearch: readLedger,
  component: lazyRouteComponent(patient(() => import('../ledger/LedgerPage')), 'LedgerPage'),
});

const deadlines = createRoute({
  getParentRoute: () => root,
  path: 'deadlines',
  component: lazyRouteComponent(patient(() => import('../deadlines/DeadlinesLayout')), 'DeadlinesLayout'),
});
const slaReport = createRoute({
  getParentRoute: () => deadlines,
  path: '/',
  validateSearch: readSearch,
  component: lazyRouteComponent(patient(() => import('../deadlines/ReportPage')), 'ReportPage'),
});
const slaPolicies = createRoute({
  getParentRoute: () => deadlines,
  path: 'policies',
  component: lazyRouteComponent(patient(() => import('../deadlines/PoliciesPage')), 'PoliciesPage'),
});

const inbox = createRoute({ getParentRoute: () => root, path: 'inbox', validateSearch: shownOf, component: InboxPage });
const noConversation = createRoute({ getParentRoute: () => inbox, path: '/', component: NoConversation });
const conversation = createRoute({ getParentRoute: () => inbox, path: '$conversation', component: ConversationPage });

const knowledge = createRoute({
  getParentRoute: () => space,
  path: 'knowledge',
  component: lazyRouteComponent(patient(() => import('../knowledge/KnowledgeLayout')), 'KnowledgeLayout'),
});
const documents = createRoute({
  getParentRoute: () => knowledge,
  path: '/',
  validateSearch: filterOf,
  component: lazyRouteComponent(patient(() => import('../knowledge/DocumentsPage')), 'DocumentsPage'),
});
const document = createRoute({
  getParentRoute: () => knowledge,
  path: 'documents/$document',
  component: lazyRouteComponent(patient(() => import('../knowledge/DocumentPage')), 'DocumentPage'),
});
const websites = createRoute({
  getParentRoute: () => knowledge,
  path: 'websites',
  component: lazyRouteComponent(patient(() => import('../knowledge/SourcesPage')), 'SourcesPage'),
});
const website = createRoute({
  getParentRoute: () => knowledge,
  path: 'websites/$source',
  component: lazyRouteComponent(patient(() => import('../knowledge/SourcePage')), 'SourcePage'),
});
const jobs = createRoute({
  getParentRoute: () => knowledge,
  path: 'jobs',
  component: lazyRouteComponent(patient(() => import('../knowledge/JobsPage')), 'JobsPage'),
});
const gaps = createRoute({
  getParentRoute: () => knowledge,
  path: 'gaps',
  validateSearch: gapSearch,
  component: lazyRouteComponent(patient(() => import('../gaps/GapsPage')), 'GapsPage'),
});
const gap = createRoute({
  getParentRoute: () => knowledge,
  path: 'gaps/$gap',
  component: lazyRouteComponent(patient(() => import('../gaps/GapPage')), 'GapPage'),
});
const playground = createRoute({
  getParentRoute: () => space,
  path: 'playground',
  component: lazyRouteComponent(patient(() => import('../knowledge/playground/PlaygroundLayout')), 'PlaygroundLayout'),
});
const askPage = createRoute({
  getParentRoute: () => playground,
  path: '/',
  validateSearch: questionOf,
  component: lazyRouteComponent(patient(() => import('../knowledge/playground/AskPage')), 'AskPage'),
});
const golden = createRoute({
  getParentRoute: () => playground,
  path: 'golden',
  component: lazyRouteComponent(patient(() => import('../knowledge/playground/GoldenPage')), 'GoldenPage'),
});
const goldenRun = createRoute({
  getParentRoute: () => playground,
  path: 'golden/$run',
  validateSearch: withOf,
  component: lazyRouteComponent(patient(() => import('../knowledge/playground/RunPage')), 'RunPage'),
});
const playgroundRoutes = playground.addChildren([askPage, golden, goldenRun]);
const knowledgeRoutes = knowledge.addChildren([documents, document, websites, website, gaps, gap, jobs]);

const routeTree = root.addChildren([
  home,
  inbox.addChildren([noConversation, conversation]),
  account,
  overview,
  questions,
  ratings,
  contacts,
  contact,
  tickets,
  ticket,
  deadlines.addChildren([slaReport, slaPolicies]),
  archived,
  canned,
  workspace,
  categories,
  routing,
  team,
  keys,
  billing,
  ledger,
  audit,
  space.addChildren([
    spaceHome,
    install,
    knowledgeRoutes,
    playgroundRoutes,
    settings.addChildren([look, answers, people, site, versions, experiments, danger]),
  ]),
]);

/** All addresses of the console, below where the server has it. */
export function createConsoleRouter() {
  return createRouter({
    routeTree,
    basepath: '/app',
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}

function SpaceHome() {
  return <Navigate to="/spaces/$space/knowledge" params={{ space: space.useParams().space }} replace />;
}

function NotFound() {
  return (
    <Empty icon={SearchX} title="There is no such page">
      <Link to="/" className="font-medium text-accent underline underline-offset-2">
        The inbox
      </Link>
    </Empty>
  );
}

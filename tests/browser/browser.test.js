/**
 * All stories in one process, because they share one server: it seeds its demo workspaces with real
 * documents, which takes longer than everything else here. Each story has a visitor of its own, so
 * that none depends on another.
 *
 *   PARLANCE_BIN       the server; its data folder is made here and gone afterwards
 *   PARLANCE_CHROMIUM  the browser
 *
 * A story that fails leaves a picture of each of its pages in test-results/.
 */
import { after, before } from 'node:test';
import { register, startBrowser, stopBrowser } from './support/browser.js';
import { startServer, stopServer } from './support/server.js';
import './stories/answers.js';
import './stories/sources.js';
import './stories/keyboard.js';
import './stories/looks.js';
import './stories/transports.js';
import './stories/console.js';
import './stories/agents.js';
import './stories/mood.js';
import './stories/attachments.js';
import './stories/accessible.js';
import './stories/canned.js';
import './stories/deadlines.js';
import './stories/contacts.js';
import './stories/ratings.js';
import './stories/money.js';
import './stories/operators.js';
import './stories/routing.js';
import './stories/tickets.js';
import './stories/undo.js';
import './stories/drafts.js';
import './stories/knowledge.js';
import './stories/gaps.js';
import './stories/settings.js';
import './stories/screens.js';
import './stories/hours.js';
import './stories/site.js';
import './stories/reference.js';
import './stories/origins.js';
import './stories/identity.js';
import './stories/elsewhere.js';
import './stories/interruptions.js';

before(async () => {
  await startServer();
  await startBrowser();
});
after(async () => {
  await stopBrowser();
  await stopServer();
});

register();

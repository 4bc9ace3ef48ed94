/** Somebody is angry: agents see it on top of their inbox, with the reason. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn, row } from '../support/console.js';
import { hostSite } from '../support/host.js';
import { startAnother } from '../support/server.js';
import { conversationOf, visitor } from '../support/visitor.js';
import { founded } from '../support/workspace.js';

const ANGRY = 'You are liars and thieves! This is a scam, I am furious and I hate your terrible service!';

story('an angry visitor is on top of the inbox, with the reason, before one who has waited longer', async ({ context, page, complaints }) => {
  const [browser, server] = [context.browser(), await startAnother({})];
  const { space, ...people } = await founded(server);
  const site = await hostSite({ space, api: server.origin });
  const windows = await Promise.all([0, 1].map(() => browser.newContext({ viewport: { width: 1280, height: 800 } })));
  try {
    await logsIn(page, '/inbox', people.ada, server);
    const [eva, mia] = await Promise.all(
      windows.map(async (one) => {
        const comes = visitor(await one.newPage());
        await comes.page.goto(site.origin);
        await comes.opens();
        return comes;
      }),
    );
    const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('listitem');
    await eva.says('I want to talk to a person');
    await row(page, await conversationOf(eva, space)).getByText('Waiting').waitFor();
    await mia.says('How do I store the mower over the winter?');
    await mia.isAnswered();
    await mia.says(ANGRY);

    const first = rows.first();
    await first.getByText('Angry', { exact: true }).waitFor();
    // It is answered, and then a person is asked for.
    await mia.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
    await first.getByText('Waiting').waitFor();
    assert.match(await first.getByTitle(/^Angry/).getAttribute('title'), /“liars”|“scam”|“furious”/);
    await first.getByRole('link').click();
    await page.getByRole('log', { name: 'Transcript' }).getByRole('img', { name: /^Angry, “/ }).waitFor();
    await page.getByText(/ is upset/).waitFor();
    assert.deepEqual(beyondLogin(complaints), []);
  } finally {
    await Promise.all(windows.map((one) => one.close()));
    await site.close();
    await server.stop();
  }
}, { rough: true });

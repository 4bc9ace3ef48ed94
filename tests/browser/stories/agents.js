/** Agents at work: two of them and three visitors, a takeover in mid-answer, a collision, a cut in the network. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { beyondLogin, logsIn, row } from '../support/console.js';
import { hostSite } from '../support/host.js';
import { startAnother } from '../support/server.js';
import { LONG, conversationOf, visitor } from '../support/visitor.js';
import { founded } from '../support/workspace.js';

/** A word a second: an answer is still being written, however long it takes to get to it. */
const SLOW = { EXTRACTIVE_WORDS_PER_SECOND: '1' };

/** A visitor of their own in a window of their own, who has opened the chat. */
async function comes(page, site) {
  await page.goto(site.origin);
  const one = visitor(page);
  await one.opens();
  return one;
}
/** The network of a window, as far as sockets go. */
async function lineOf(context) {
  const sockets = new Set();
  let isCut = false;
  await context.routeWebSocket(/\/socket$/, (socket) => {
    if (isCut) return socket.close();
    sockets.add(socket);
    socket.connectToServer();
  });
  return {
    async cut() {
      isCut = true;
      for (const socket of sockets) await socket.close();
      sockets.clear();
    },
    mend: () => (isCut = false),
  };
}

const composer = (desk) => desk.getByLabel('Reply to the visitor');

story('two agents have three visitors, and do not get in each other\'s way', async ({ context, complaints }) => {
  const [browser, server] = [context.browser(), await startAnother(SLOW)];
  const { space, ...people } = await founded(server);
  const site = await hostSite({ space, api: server.origin });
  const windows = await Promise.all([0, 1, 2, 3].map(() => browser.newContext({ viewport: { width: 1280, height: 800 } })));
  try {
    const line = await lineOf(windows[3]);
    const [ada, ben] = [await context.newPage(), await windows[3].newPage()];
    await logsIn(ada, '/inbox', people.ada, server);
    await logsIn(ben, '/inbox', people.ben, server);
    const visitors = await Promise.all(windows.slice(0, 3).map(async (one) => comes(await one.newPage(), site)));
    const [mia, tom, eva] = visitors;

    // Ada takes over in the middle of an answer.
    await mia.says(LONG);
    await mia.isBeingAnswered();
    const ofMia = await conversationOf(mia, space);
    await row(ada, ofMia).click();
    await ada.getByRole('button', { name: 'Take over' }).click();
    await ada.getByText('Interrupted').waitFor();
    await mia.frame.getByRole('log').getByText('joined.').waitFor();
    await composer(ada).fill('Hello Mia, I am **here**.');
    await ada.keyboard.press('Enter');
    await mia.frame.locator('.bubble', { hasText: 'Hello Mia, I am here.' }).waitFor();

    // Ben sees who has it, and is not let in by the composer.
    await row(ben, ofMia).click();
    await ben.getByText('answers here').waitFor();
    await ada.getByRole('list', { name: 'Also looking at this' }).waitFor();
    await ben.getByRole('tab', { name: 'Note' }).click();
    await ben.getByLabel('Note for the team').fill('She is a good customer.');
    await ben.keyboard.press('Enter');
    await ada.getByText('She is a good customer.').waitFor();

    // Two others ask for a person: the one who waits longest is first.
    await tom.frame.locator('#person').click();
    await tom.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
    await tom.says('The dock is dead');
    await eva.says('I want to talk to a person');
    await eva.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
    const [ofTom, ofEva] = [await conversationOf(tom, space), await conversationOf(eva, space)];
    await ben.getByRole('link', { name: 'Inbox' }).first().click();
    await row(ben, ofTom).getByText('Waiting').waitFor();
    await row(ben, ofEva).getByText('Waiting').waitFor();

    // Both answer Tom at once: one of them is shown what the other wrote, and nothing is lost.
    for (const desk of [ada, ben]) await row(desk, ofTom).click();
    await composer(ada).fill('Ada speaking.');
    await composer(ben).fill('Ben speaking.');
    await Promise.all([composer(ada).press('Enter'), composer(ben).press('Enter')]);
    const told = await Promise.any([ada, ben].map(async (desk) => {
      await desk.getByText('somebody has answered meanwhile').waitFor();
      return desk;
    }));
    const lost = told === ada ? 'Ada speaking.' : 'Ben speaking.';
    const first = told === ada ? 'Ben speaking.' : 'Ada speaking.';
    await told.getByRole('alert').getByText(first).waitFor();
    await told.getByRole('alert').getByText(lost).waitFor();
    await tom.frame.locator('.bubble', { hasText: first }).waitFor();
    assert.equal(await tom.frame.locator('.bubble', { hasText: lost }).count(), 0);
    await told.getByRole('button', { name: 'Take it over and send' }).click();
    await tom.frame.locator('.bubble', { hasText: lost }).waitFor();
    await told.getByText('somebody has answered meanwhile').waitFor({ state: 'detached' });

    // A reload loses nothing: what was typed, and what was said.
    await row(ben, ofEva).click();
    await composer(ben).fill('Eva, one mom');
    await Promise.all([ben.reload(), eva.page.reload()]);
    assert.equal(await composer(ben).inputValue(), 'Eva, one mom');

    // The network is gone for a while: what is sent meanwhile arrives when it is back.
    await line.cut();
    await composer(ben).fill('Eva, I am with you.');
    await ben.keyboard.press('Enter');
    await ben.getByText('On its way').waitFor();
    await ben.getByText('The connection is lost').waitFor();
    line.mend();
    await ben.getByText('On its way').waitFor({ state: 'detached' });
    await eva.frame.locator('.bubble', { hasText: 'Eva, I am with you.' }).waitFor();
    assert.equal(await eva.frame.locator('.bubble', { hasText: 'Eva, I am with you.' }).count(), 1);

    await ben.getByRole('button', { name: 'Resolve' }).click();
    await ben.getByText('resolved it').waitFor();
    assert.deepEqual(beyondLogin(complaints), []);
  } finally {
    await Promise.all(windows.map((one) => one.close()));
    await site.close();
    await server.stop();
  }
}, { rough: true });

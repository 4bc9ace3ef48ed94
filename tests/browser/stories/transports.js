/** The socket is blocked, and so is more. */
import assert from 'node:assert/strict';
import { story } from '../support/browser.js';
import { LONG } from '../support/visitor.js';

const blockSockets = (context) => context.routeWebSocket(/\/socket$/, (socket) => socket.close());
const isStream = (url) => url.pathname.endsWith('/events') && !url.searchParams.has('wait');
const isPoll = (url) => url.pathname.endsWith('/events') && url.searchParams.has('wait');

story('where sockets do not get through, a stream carries the answer', async ({ context, onForeignPage }) => {
  await blockSockets(context);
  const streamed = context.waitForEvent('response', (response) => isStream(new URL(response.url())) && response.ok());
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  await visitor.isBeingAnswered();
  await visitor.isAnswered();
  await streamed;
  assert.equal((await visitor.texts()).length, 3);
}, { rough: true });

story('where streams do not either, it asks again and again', async ({ context, onForeignPage }) => {
  await blockSockets(context);
  await context.route(isStream, (route) => route.abort());
  const polled = context.waitForEvent('response', (response) => isPoll(new URL(response.url())) && response.ok());
  const visitor = await onForeignPage();
  await visitor.opens();
  await visitor.says(LONG);
  await visitor.isBeingAnswered();
  await visitor.isAnswered();
  await polled;
  // Everything else goes that way too.
  await visitor.frame.locator('#person').click();
  await visitor.frame.getByRole('log').getByText(/will (join|answer) you here/).waitFor();
  assert.equal((await visitor.texts()).length, 4, 'and what happens next');
}, { rough: true });

/** A workspace founded on a server of its own, without the demo: two people, and a space that knows one thing at length. */
const PASSWORD = 'a long horse staple';
const ADA = { email: 'ada@shop.example', password: PASSWORD };
const BEN = { email: 'ben@shop.example', password: PASSWORD };
const WINTER = `# Storing the mower over the winter

Store the mower over the winter in a dry room that stays above five degrees. Clean the mower before winter with a soft brush, never with a hose.
Charge the battery of the mower to sixty percent before you store it for the winter. Switch the mower off at its main switch while it is stored.

Take the charging station inside as well before the winter comes, and leave the boundary wire where it is.`;

/** Calls the API of a server as whoever the token is of, and insists that it does what it is asked. */
function caller(origin, token) {
  return async (method, path, data) => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${origin}${path}`, { method, headers, body: data && JSON.stringify(data) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
}

/** Looks until there is something. */
async function eventually(what, look) {
  for (let n = 0; n < 600; n++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`still no ${what}`);
}

/** The token in the link of this kind that somebody was mailed. */
const mailed = (call, address, kind) =>
  eventually(`${kind} link`, async () => {
    const { items } = await call('GET', '/dev/outbox');
    const links = items.filter(({ to }) => to === address).flatMap((mail) => mail.links);
    return links.find((link) => link.includes(`${kind}#`))?.split('token=')[1];
  });

const isReady = (call, document) =>
  eventually('document', async () => {
    const { status, error } = await call('GET', `/api/documents/${document}`);
    if (status === 'failed') throw new Error(error);
    return status === 'ready';
  });

/** @param {{ origin: string }} server */
export async function founded(server) {
  const anyone = caller(server.origin);
  const { access_token } = await anyone('POST', '/api/auth/signup', { ...ADA, name: 'Ada Keller', workspace: 'Shop' });
  await anyone('POST', '/api/auth/verify-email', { token: await mailed(anyone, ADA.email, 'verify-email') });
  const ada = caller(server.origin, access_token);
  const [space] = (await ada('GET', '/api/chat-spaces')).items;
  const { document } = await ada('POST', `/api/chat-spaces/${space.id}/documents/text`, { title: 'Winter', text: WINTER });
  await isReady(ada, document.id);
  await ada('POST', `/api/chat-spaces/${space.id}/publish`);
  await ada('POST', '/api/team/invitations', { email: BEN.email, role: 'agent' });
  const invited = await mailed(anyone, BEN.email, 'accept-invitation');
  await anyone('POST', '/api/auth/accept-invitation', { token: invited, name: 'Ben Weber', password: PASSWORD });
  return { space: space.slug, ada: ADA, ben: BEN };
}

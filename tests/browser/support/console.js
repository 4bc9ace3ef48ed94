/** What people do in the console before anything else. */
import { server } from './server.js';

const LOGIN = { email: 'admin@acme.example', password: 'acmedemo1!' };

/** Logs in as the owner of the first demo workspace, or somebody else, perhaps elsewhere; the console is at `path` then. */
export async function logsIn(page, path = '/', { email, password } = LOGIN, { origin } = server) {
  await page.goto(`${origin}/app${path}`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Your account/ }).first().waitFor();
}

/** A conversation in the inbox, whatever was said there last. */
export const row = (desk, id) => desk.locator(`a[href*="/inbox/${id}"]`);

/** The same person's calls of the API, for what a story is not about; the browser's session is another. */
export async function callsAPI() {
  const send = (method, path, data, headers) =>
    fetch(`${server.origin}/api/${path}`, { method, headers: { 'Content-Type': 'application/json', ...headers }, body: data && JSON.stringify(data) });
  const { access_token } = await (await send('POST', 'auth/login', LOGIN)).json();
  return (method, path, data) => send(method, path, data, { Authorization: `Bearer ${access_token}` });
}

/** A space of the admin's with nothing in it, which no other story sees. Not by the browser: its cookies stay as they are. */
export async function hasSpace(name) {
  const call = await callsAPI();
  const slug = `${name.toLowerCase().replace(/\W+/g, '-')}-${Date.now().toString(36)}`;
  const made = await call('POST', 'chat-spaces', { name, slug });
  if (!made.ok) throw new Error(await made.text());
  return slug;
}

/** Before the log-in there is no cookie, and asking for a token is refused; the browser notes that. */
export const beyondLogin = (complaints) => complaints.filter((text) => !text.includes('status of 401'));

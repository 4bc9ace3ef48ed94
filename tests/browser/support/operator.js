/** Somebody who runs an installation: an account with a second factor, made an operator on the command line. */
import { createHmac } from 'node:crypto';

const PASSWORD = 'a long horse staple';

/** RFC 6238, as authenticator apps count it. */
export function codeOf(secret, at = Date.now()) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, '0');
}

/** Signs up, confirms the address, turns on two-factor login. Gives the way in, with recovery codes: each counts once. */
export async function makesOperator({ origin, command }, email) {
  const send = async (path, body, token) => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${origin}${path}`, { method: body === undefined ? 'GET' : 'POST', headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const { access_token: token } = await send('/api/auth/signup', { email, password: PASSWORD, name: 'Oda Brandt', workspace: 'Platform' });
  let link;
  for (let n = 0; !link && n < 300; n++) {
    const { items } = await send('/dev/outbox');
    link = items.filter(({ to }) => to === email).flatMap((mail) => mail.links).find((one) => one.includes('verify-email#'));
    if (!link) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await send('/api/auth/verify-email', { token: link.split('token=')[1] });
  const { secret } = await send('/api/auth/second-factor', {}, token);
  const { recovery_codes: codes } = await send('/api/auth/second-factor/enable', { password: PASSWORD, code: codeOf(secret) }, token);
  command('operator', 'add', email);
  return { email, password: PASSWORD, codes };
}

/** Enters by the page. */
export async function entersAsOperator(page, { origin }, { email, password }, code) {
  await page.goto(`${origin}/operator`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByLabel('Code').fill(code);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** What stands in for an identity provider: a socket of its own, and tokens under real signatures. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A key, its public half as a set, and what signs with it. */
export function key() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }] },
    token(claims, life = 3600) {
      const now = Math.floor(Date.now() / 1000);
      const body = `${part({ alg: 'ES256', typ: 'JWT', kid: 'one' })}.${part({ iat: now, exp: now + life, ...claims })}`;
      return `${body}.${sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
  };
}

/** The claims of a token, which is ours. */
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

/**
 * @typedef {object} Asked
 * @property {string} route  method and path
 * @property {URL} url
 * @property {any} body
 * @property {string} bearer
 * @property {import('node:http').IncomingHttpHeaders} headers
 *
 * @typedef {{ status?: number, json?: unknown, html?: string, script?: string, to?: string }} Answer
 *
 * Serves what `answer` says to pages of any origin, as such services do.
 * @param {(asked: Asked) => Answer | undefined} answer
 */
export async function listen(answer) {
  const site = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
      'access-control-allow-methods': 'GET, POST, DELETE',
    };
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const said = answer({
      route: `${request.method} ${url.pathname}`,
      url,
      body: text ? JSON.parse(text) : undefined,
      bearer: (request.headers.authorization ?? '').replace('Bearer ', ''),
      headers: request.headers,
    });
    const { status = 200, json, html, script, to } = said ?? { status: 404, json: {} };
    if (to) return response.writeHead(302, { location: to }).end();
    const type = script ? 'text/javascript' : html ? 'text/html' : 'application/json';
    response.writeHead(status, { ...cors, 'content-type': `${type}; charset=utf-8` });
    response.end(script ?? html ?? (json === undefined ? '' : JSON.stringify(json)));
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (site.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => (site.closeAllConnections(), new Promise((resolve) => site.close(resolve))),
  };
}

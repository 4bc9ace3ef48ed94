/** A page of somebody else's site, on an origin of its own, as strict as a careful host makes it. */
import { createServer } from 'node:http';
import { server } from './server.js';

/** Nothing inline without the nonce, nothing from anywhere but what the widget needs. */
const policy = (api) =>
  `default-src 'none'; script-src 'nonce-n0nce'; style-src 'self'; frame-src ${api}; connect-src ${api}; base-uri 'none'; ` +
  "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** @param {{ space?: string, lang?: string, api?: string }} [options]  api: the origin of another server */
export async function hostSite({ space = 'acme', lang = 'en', api = server.origin } = {}) {
  const site = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy(api) });
    response.end(`<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A shop</title>
<h1>A shop</h1><p><a href="#top">A link</a></p>
<script nonce="n0nce" src="${api}/widget.js" data-space="${space}" async></script></html>`);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (site.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => (site.closeAllConnections(), new Promise((resolve) => site.close(resolve))),
  };
}

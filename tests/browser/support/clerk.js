/** A double of an instance of Clerk's: its script, the page that it hosts, its keys and its Backend API. One browser has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { key, listen } from './issuer.js';

const SCRIPT = readFileSync(join(import.meta.dirname, 'clerk.script.js'), 'utf8');
const SECRET_KEY = 'sk_test_of_the_instance';
/** The site that its tokens are made for. */
const SITE = 'https://console.example';
const ORGANISATION = { id: 'org_tools', name: 'Keller Tools' };

export async function startClerk() {
  const { jwks, token } = key();
  const user = {
    id: 'user_ada',
    first_name: 'Ada',
    last_name: 'Keller',
    primary_email_address_id: 'idn_1',
    email_addresses: [{ id: 'idn_1', email_address: 'ada@keller.example', verification: { status: 'verified' } }],
  };
  const state = { in: false, organisation: null, role: 'admin' };
  const client = () => ({
    session: state.in ? { id: 'sess_1', status: 'active' } : null,
    user: state.in ? { id: user.id, email: 'ada@keller.example', organisations: [ORGANISATION] } : null,
    organisation: state.organisation,
  });
  const claims = () => ({
    iss: double.origin,
    sub: user.id,
    azp: SITE,
    sid: 'sess_1',
    v: 2,
    ...(state.organisation ? { o: { id: ORGANISATION.id, slg: 'tools', rol: state.role } } : {}),
  });

  const frontend = ({ route, url, body }) => {
    switch (route) {
      case 'GET /npm/@clerk/clerk-js@5/dist/clerk.headless.browser.js':
        return { script: SCRIPT };
      case 'GET /.well-known/jwks.json':
        return { json: jwks };
      case 'GET /sign-in':
        return { html: `<!doctype html><title>Clerk</title><link rel="icon" href="data:,"><a href="/in?to=${encodeURIComponent(url.searchParams.get('redirect_url'))}">Continue</a>` };
      case 'GET /in':
        state.in = true;
        return { to: url.searchParams.get('to') };
      case 'GET /v1/client':
        return { json: client() };
      case 'POST /v1/client/touch':
        state.organisation = body.organisation;
        return { json: client() };
      case 'POST /v1/client/token':
        return { json: { jwt: token(claims(), 60) } };
      case 'POST /v1/client/out':
        Object.assign(state, { in: false, organisation: null });
        return { json: client() };
    }
  };
  const backend = {
    [`GET /v1/users/${user.id}`]: user,
    [`GET /v1/organizations/${ORGANISATION.id}`]: ORGANISATION,
  };
  const double = await listen((asked) => {
    const known = asked.headers.authorization === `Bearer ${SECRET_KEY}` && backend[asked.route];
    return known ? { json: known } : frontend(asked);
  });

  return {
    ...double,
    state,
    settings: {
      AUTH_PROVIDER: 'clerk',
      CLERK_PUBLISHABLE_KEY: 'pk_test_of_the_instance',
      CLERK_SECRET_KEY: SECRET_KEY,
      CLERK_FRONTEND_API_URL: double.origin,
      CLERK_API_URL: double.origin,
      CLERK_AUTHORIZED_PARTIES: SITE,
    },
  };
}

/** A double of Supabase Auth, with the calls of a project that a page makes. */
import { createHash, randomUUID } from 'node:crypto';
import { claimsOf, key, listen } from './issuer.js';

const PUBLISHABLE_KEY = 'sb_publishable_of_the_project';
const PASSWORD = 'wibble frost lantern';
const problem = (status, code, message) => ({ status, json: { code, message } });

export async function startSupabase() {
  const { jwks, token } = key();
  /** Links that were mailed, by address. */
  const mails = new Map();
  /** Who a code of a link is for, and the challenge of the browser that asked for it. */
  const codes = new Map();
  /** Whose session a refresh token goes on with. Each works once. */
  const sessions = new Map();

  const person = (email) => ({
    id: createHash('sha256').update(email).digest('hex').slice(0, 32),
    aud: 'authenticated',
    role: 'authenticated',
    email,
    email_confirmed_at: '2026-01-01T00:00:00Z',
    app_metadata: {},
    user_metadata: { full_name: email.startsWith('ada') ? 'Ada Keller' : 'Bob Roy' },
    created_at: '2026-01-01T00:00:00Z',
  });
  const access = (email) => token({ iss: `${double.origin}/auth/v1`, sub: person(email).id, email, aud: 'authenticated', role: 'authenticated', is_anonymous: false });
  const session = (email) => {
    const refresh_token = randomUUID();
    sessions.set(refresh_token, email);
    return { json: { access_token: access(email), token_type: 'bearer', expires_in: 3600, refresh_token, user: person(email) } };
  };
  const link = (email, url, { code_challenge }) => {
    const code = randomUUID();
    codes.set(code, { email, challenge: code_challenge });
    return `${url.searchParams.get('redirect_to')}?code=${code}`;
  };

  const grants = {
    password: ({ email, password }) =>
      password === PASSWORD ? session(email) : problem(400, 'invalid_credentials', 'Invalid login credentials'),
    pkce({ auth_code, code_verifier }) {
      const { email, challenge } = codes.get(auth_code) ?? {};
      codes.delete(auth_code);
      const proven = createHash('sha256').update(String(code_verifier)).digest('base64url') === challenge;
      return proven ? session(email) : problem(400, 'bad_code_verifier', 'code challenge does not match');
    },
    refresh_token({ refresh_token }) {
      const email = sessions.get(refresh_token);
      sessions.delete(refresh_token);
      return email ? session(email) : problem(400, 'refresh_token_not_found', 'Invalid Refresh Token');
    },
  };

  const double = await listen(({ route, url, body, bearer, headers }) => {
    if (route === 'GET /auth/v1/.well-known/jwks.json') return { json: jwks };
    if (route === 'GET /auth/v1/authorize') {
      const asked = Object.fromEntries(url.searchParams);
      return { to: link(`ada@${asked.provider}.example`, url, asked) };
    }
    if (headers.apikey !== PUBLISHABLE_KEY) return problem(401, 'no_api_key', 'No API key found in request');
    switch (route) {
      case 'GET /auth/v1/settings':
        return { json: { external: { email: true, google: true, github: false, phone: false }, disable_signup: false, mailer_autoconfirm: false } };
      case 'POST /auth/v1/token':
        return grants[url.searchParams.get('grant_type')]?.(body);
      case 'POST /auth/v1/otp':
        mails.set(body.email, link(body.email, url, body));
        return { json: {} };
      case 'GET /auth/v1/user':
        return { json: person(claimsOf(bearer).email) };
      case 'POST /auth/v1/logout':
        return { status: 204 };
    }
  });

  return {
    ...double,
    mails,
    password: PASSWORD,
    access,
    settings: { AUTH_PROVIDER: 'supabase', SUPABASE_URL: double.origin, SUPABASE_PUBLISHABLE_KEY: PUBLISHABLE_KEY },
  };
}

import { vi } from 'vitest';

export interface Heard {
  /** Method and path with query, as `GET /api/auth/me`. */
  route: string;
  token: string | undefined;
  accept: string | null;
  body: unknown;
}
type Answer = (heard: Heard) => Response | Promise<Response>;

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

export function problem(status: number, code: string, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ status, code, detail }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** Stands in for the server: routes by method and path, the query left out. Says what it heard. */
export function serve(routes: Record<string, Answer>): Heard[] {
  const heard: Heard[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const path = String(input);
    const route = `${init?.method ?? 'GET'} ${path}`;
    const headers = new Headers(init?.headers);
    const token = headers.get('authorization')?.replace('Bearer ', '');
    const one: Heard = { route, token, accept: headers.get('accept'), body: init?.body ? JSON.parse(String(init.body)) : undefined };
    heard.push(one);
    const answer = routes[route.split('?')[0] ?? ''];
    return answer ? answer(one) : problem(404, 'not_found', `nothing at ${route}`);
  });
  return heard;
}

/** What a log-in or a refresh answers. */
export function granted(token: string, expires_in = 900, role = 'owner') {
  return {
    access_token: token,
    expires_in,
    user: { id: 'u1', email: 'admin@acme.example', name: 'Ada Keller', email_verified: true, second_factor: false },
    tenant: { id: 't1', role },
  };
}

import { Problem, problemOf } from './problem';

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  token?: string;
  signal?: AbortSignal | undefined;
  /** Lets the answer's cookie arrive although the page is being left. */
  keepalive?: boolean;
  /** What is wanted in the place of JSON. */
  accept?: string;
}

/** Changes that are under way, by what they ask. */
const underWay = new Map<string, Promise<unknown>>();

/** One request to the API and its JSON answer, as [ask]. Who asks for a change again before the answer, as with a second click, gets the same answer. */
export function call(path: string, request: Call = {}): Promise<unknown> {
  // What can be aborted is nobody else's.
  if (!request.method || request.method === 'GET' || request.signal) return answer(path, request);
  const asked = JSON.stringify([path, request]);
  let sent = underWay.get(asked);
  if (!sent) {
    sent = answer(path, request).finally(() => underWay.delete(asked));
    underWay.set(asked, sent);
  }
  return sent;
}

async function answer(path: string, request: Call): Promise<unknown> {
  const text = await (await ask(path, request)).text();
  return text ? (JSON.parse(text) as unknown) : undefined;
}

/**
 * One request to the API and its answer.
 *
 * @throws {Problem} when it is refused or cannot be sent; an abort passes through
 */
export async function ask(path: string, { method = 'GET', body, token, signal, keepalive, accept }: Call = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: accept ?? 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const init: RequestInit = { method, headers, signal: signal ?? null, keepalive: keepalive ?? false };
  if (body !== undefined) init.body = JSON.stringify(body);

  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

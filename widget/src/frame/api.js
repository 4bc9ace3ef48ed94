/**
 * The REST half of the wire. The visitor token travels in a header or in the first socket frame,
 * never in an address.
 *
 * @typedef {{ status: number, code: string, detail: string, close?: number, retryAfter: number }} Refusal
 *   what is thrown for anything but 2xx; `close` is the socket's code for the same
 */

/** A request that hangs on a network that has changed must not hang the chat; in milliseconds. */
const LIMIT = 15000;
const CLOSED = { 401: 4001, 403: 4003, 404: 4004, 429: 4029 };

/**
 * @param {string} base `https://host/api/widget/{space}`
 * @param {import('./storage.js').Store} store
 */
export const createApi = (base, store) =>
  /**
   * @param {string} path
   * @param {object|null} [body] makes it a POST
   * @param {{ signal?: AbortSignal, headers?: object, stream?: boolean }} [options]
   * @returns {Promise<any>} the JSON, or the response itself of a stream
   */
  async (path, body, { signal = AbortSignal.timeout(LIMIT), headers, stream } = {}) => {
    const response = await fetch(base + path, {
      method: body ? 'POST' : 'GET',
      body: body && JSON.stringify(body),
      signal,
      // The console's cookie is of the same origin and none of our business.
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${store.get('token')}`, ...headers },
    });
    if (response.ok) return stream ? response : response.json();
    const { status } = response;
    const { code, detail } = await response.json().catch(() => ({}));
    throw { status, code, detail, close: CLOSED[status], retryAfter: Number(response.headers.get('Retry-After')) };
  };

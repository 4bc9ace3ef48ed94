import { describe, expect, it, vi } from 'vitest';
import { problem } from '../test/server';
import { Problem, problemOf, sentence } from './problem';

describe('a problem', () => {
  it('has the code, the detail and the wait that the server tells', async () => {
    const read = await problemOf(problem(429, 'rate_limited', 'too many attempts, try again later', { 'retry-after': '12' }));
    expect(read).toMatchObject({ code: 'rate_limited', status: 429, detail: 'too many attempts, try again later', retryAfter: 12 });
  });

  it('names the fields that cannot be taken', async () => {
    const errors = [{ field: 'settings.color', detail: 'give it as #rrggbb' }];
    const body = JSON.stringify({ code: 'invalid_request', detail: 'settings.color: give it as #rrggbb', errors });
    expect((await problemOf(new Response(body, { status: 400 }))).errors).toEqual(errors);
    expect((await problemOf(problem(404, 'not_found', 'nothing here'))).errors).toEqual([]);
  });

  it('counts the seconds to a date', async () => {
    vi.useFakeTimers({ now: Date.UTC(2030, 0, 1, 12, 0, 0) });
    const read = await problemOf(problem(503, 'busy', 'busy', { 'retry-after': 'Tue, 01 Jan 2030 12:00:30 GMT' }));
    vi.useRealTimers();
    expect(read.retryAfter).toBe(30);
  });

  it('is made of the status when a proxy answers with a page', async () => {
    const read = await problemOf(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    expect(read).toMatchObject({ code: 'http_502', detail: 'the server answered with 502', retryAfter: undefined });
  });

  it('passes by itself unless the request was wrong', () => {
    const passing = (status: number) => new Problem('code', status, '').passing;
    expect([0, 429, 500, 503].map(passing)).toEqual([true, true, true, true]);
    expect([400, 401, 404].map(passing)).toEqual([false, false, false]);
  });

  it('reads as a sentence', () => {
    expect(sentence(new Problem('x', 400, 'e-mail or password is wrong'))).toBe('E-mail or password is wrong.');
    expect(sentence(new TypeError('x is undefined'))).toBe('Something went wrong here.');
  });
});

import { describe, expect, it } from 'vitest';
import { json, problem, serve } from '../test/server';
import { Api, type Tokens } from './client';

/** Hands out t1, and after a refusal t2, t3 … */
function tokens(): Tokens & { renewals: number } {
  return {
    renewals: 0,
    async current() {
      return `t${this.renewals + 1}`;
    },
    async renewed() {
      this.renewals += 1;
      return this.current();
    },
  };
}
const refused = () => problem(401, 'unauthenticated', 'log in');

describe('the API client', () => {
  it('sends the token', async () => {
    const heard = serve({ 'GET /api/thing': () => json({ id: 7 }) });
    expect(await new Api(tokens()).get('/api/thing')).toEqual({ id: 7 });
    expect(heard.map(({ token }) => token)).toEqual(['t1']);
  });

  it('renews a refused token and asks again', async () => {
    const heard = serve({ 'GET /api/thing': ({ token }) => (token === 't1' ? refused() : json('here')) });
    expect(await new Api(tokens()).get('/api/thing')).toBe('here');
    expect(heard.map(({ token }) => token)).toEqual(['t1', 't2']);
  });

  it('renews once only', async () => {
    const heard = serve({ 'GET /api/thing': refused });
    const source = tokens();
    await expect(new Api(source).get('/api/thing')).rejects.toMatchObject({ status: 401 });
    expect(heard).toHaveLength(2);
    expect(source.renewals).toBe(1);
  });

  it('does not renew for a wrong password', async () => {
    const heard = serve({ 'POST /api/thing': () => problem(401, 'invalid_credentials', 'the password is wrong') });
    const source = tokens();
    await expect(new Api(source).post('/api/thing', { password: 'x' })).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(heard.map(({ body }) => body)).toEqual([{ password: 'x' }]);
    expect(source.renewals).toBe(0);
  });

  it('makes one thing where it is asked for twice at once, and another afterwards', async () => {
    let made = 0;
    const heard = serve({ 'POST /api/thing': () => json({ id: ++made }), 'GET /api/thing': () => json('here') });
    const api = new Api(tokens());
    const twice = [api.post('/api/thing', { name: 'a' }), api.post('/api/thing', { name: 'a' }), api.post('/api/thing', { name: 'b' })];
    expect(await Promise.all(twice)).toEqual([{ id: 1 }, { id: 1 }, { id: 2 }]);
    expect(await api.post('/api/thing', { name: 'a' })).toEqual({ id: 3 });
    await Promise.all([api.get('/api/thing'), api.get('/api/thing')]);
    expect(heard).toHaveLength(5);
  });

  it('does not keep what was refused', async () => {
    const heard = serve({ 'POST /api/thing': () => problem(409, 'conflict', 'it is there') });
    const api = new Api(tokens());
    const twice = await Promise.allSettled([api.post('/api/thing'), api.post('/api/thing')]);
    expect(twice.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(api.post('/api/thing')).rejects.toMatchObject({ code: 'conflict' });
    expect(heard).toHaveLength(2);
  });

  it('takes an answer with nothing in it', async () => {
    serve({ 'DELETE /api/thing': () => new Response(null, { status: 204 }), 'POST /api/thing': () => new Response('', { status: 202 }) });
    const api = new Api(tokens());
    expect(await api.delete('/api/thing')).toBeUndefined();
    expect(await api.post('/api/thing')).toBeUndefined();
  });

  it('leaves other refusals to the caller', async () => {
    const heard = serve({});
    const source = tokens();
    await expect(new Api(source).get('/api/thing')).rejects.toMatchObject({ code: 'not_found' });
    expect(heard).toHaveLength(1);
    expect(source.renewals).toBe(0);
  });

  it('says so when nothing answers', async () => {
    serve({ 'GET /api/thing': () => Promise.reject(new TypeError('Failed to fetch')) });
    await expect(new Api(tokens()).get('/api/thing')).rejects.toMatchObject({ code: 'unreachable', passing: true });
  });

  it('passes an abort through', async () => {
    serve({ 'GET /api/thing': () => Promise.reject(new DOMException('aborted', 'AbortError')) });
    await expect(new Api(tokens()).get('/api/thing', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});

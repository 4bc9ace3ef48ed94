import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeRequest } from '../test/upload';
import { Api } from './client';

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
});

function sent() {
  const tokens = { current: async () => 't1', renewed: vi.fn(async () => 't2') };
  const stop = new AbortController();
  const progress = vi.fn();
  const answer = new Api(tokens).upload('/api/up', new FormData(), { progress, signal: stop.signal });
  return { answer, progress, stop, tokens };
}
const gone = (n: number) => vi.waitFor(() => expect(FakeRequest.all).toHaveLength(n));

describe('an upload', () => {
  it('tells how far it is, and what the server answers', async () => {
    const { answer, progress } = sent();
    await gone(1);
    FakeRequest.last.goes(1, 3);
    FakeRequest.last.answers(202, { document: 'd1' });
    expect(await answer).toEqual({ document: 'd1' });
    expect(progress.mock.calls).toEqual([[33]]);
    expect(FakeRequest.last.headers.authorization).toBe('Bearer t1');
  });

  it('goes again with another token where its own was refused', async () => {
    const { answer } = sent();
    await gone(1);
    FakeRequest.last.answers(401, { code: 'unauthenticated', detail: 'log in' });
    await gone(2);
    FakeRequest.last.answers(202, 'here');
    expect(await answer).toBe('here');
    expect(FakeRequest.last.headers.authorization).toBe('Bearer t2');
  });

  it('is refused in the server’s words', async () => {
    const { answer } = sent();
    await gone(1);
    FakeRequest.last.answers(413, { code: 'payload_too_large', detail: 'a file has at most 32 MiB' });
    await expect(answer).rejects.toMatchObject({ code: 'payload_too_large', detail: 'a file has at most 32 MiB' });
  });

  it('says so when nothing answers', async () => {
    const { answer } = sent();
    await gone(1);
    FakeRequest.last.onerror?.();
    await expect(answer).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('can be called off', async () => {
    const { answer, stop } = sent();
    await gone(1);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(FakeRequest.last.aborted).toBe(true);
  });
});

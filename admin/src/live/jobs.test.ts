import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { job } from '../test/knowledge';
import { FakeSocket } from '../test/socket';
import { JobBook } from './jobs';
import { Live } from './socket';

let live: Live;
let book: JobBook;
beforeEach(async () => {
  live = new Live({ current: async () => 't', renewed: async () => 't' }, 'ws://x/socket');
  book = new JobBook(live);
  book.open();
  live.start();
  await Promise.resolve();
  FakeSocket.last.greets();
});
afterEach(() => live.stop());

const known = () => [...book.snapshot().keys()];

describe('the jobs that the socket tells', () => {
  it('are as they were told last', () => {
    FakeSocket.last.says({ type: 'job.upsert', job: job('j1', { progress: 10 }) }, { type: 'job.upsert', job: job('j1', { progress: 70 }) });
    expect(book.snapshot().get('j1')?.progress).toBe(70);
    FakeSocket.last.says({ type: 'job.remove', job: 'j1' });
    expect(known()).toEqual([]);
  });

  it('run no more where a new connection does not tell of them', async () => {
    FakeSocket.last.says({ type: 'job.upsert', job: job('j1') }, { type: 'job.upsert', job: job('j2') }, { type: 'job.upsert', job: job('j3', { state: 'done' }) });
    FakeSocket.last.says({ type: 'ready', user: 'u1', role: 'owner' }, { type: 'job.upsert', job: job('j2') }, { type: 'job.all', more: false });
    expect(known()).toEqual(['j2', 'j3']);
  });

  it('are forgotten when they are old', () => {
    for (let i = 0; i < 230; i += 1) FakeSocket.last.says({ type: 'job.upsert', job: job(`j${i}`, { state: 'done' }) });
    FakeSocket.last.says({ type: 'job.upsert', job: job('now') });
    expect(known()).toHaveLength(201);
    expect(known()).toContain('j229');
  });
});

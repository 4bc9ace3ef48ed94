import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../api/client';
import { document } from '../test/knowledge';
import { FakeRequest } from '../test/upload';
import { chosen } from './dropped';
import { Uploads, uploadsTo } from './uploads';

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
});

const api = () => new Api({ current: async () => 't', renewed: async () => 't' });
const file = (name: string, text = 'x') => new File([text], name);
const begun = () => new Uploads(api(), new QueryClient(), 's1');
const phases = (uploads: Uploads) => uploads.snapshot().map(({ state }) => state.phase);
const gone = (n: number) => vi.waitFor(() => expect(FakeRequest.all).toHaveLength(n));

describe('uploads', () => {
  it('go three at a time, each under its own name', async () => {
    const uploads = begun();
    uploads.add([...chosen([file('a.md'), file('b.md'), file('c.md')]), { file: file('d.md'), name: 'help/d.md' }]);
    await gone(3);
    expect(phases(uploads)).toEqual(['sending', 'sending', 'sending', 'waiting']);
    FakeRequest.all[0]?.answers(202, { document: document('d1'), job: { id: 'j1' } });
    await gone(4);
    expect(phases(uploads)[0]).toBe('taken');
    expect(FakeRequest.last.path).toBe('/api/chat-spaces/s1/documents/upload');
    expect(FakeRequest.last.form?.get('name')).toBe('help/d.md');
  });

  it('are refused each for itself, and can be tried again', async () => {
    const uploads = begun();
    uploads.add(chosen([file('a.md'), file('b.md')]));
    await gone(2);
    FakeRequest.all[0]?.answers(402, { code: 'limit_reached', detail: 'the plan has 10 documents' });
    FakeRequest.all[1]?.answers(202, { document: document('d1'), job: null });
    await vi.waitFor(() => expect(phases(uploads)).toEqual(['refused', 'taken']));
    expect(uploads.snapshot()[0]?.state).toMatchObject({ why: 'The plan has 10 documents.' });
    uploads.again(1);
    await gone(3);
    expect(FakeRequest.last.form?.get('name')).toBe('a.md');
  });

  it('of what can never be read are not sent', () => {
    const uploads = begun();
    const large = file('large.pdf');
    Object.defineProperty(large, 'size', { value: 40 << 20 });
    uploads.add(chosen([file('empty.md', ''), large]));
    expect(uploads.snapshot().map(({ state }) => state)).toEqual([
      { phase: 'refused', why: 'The file is empty.' },
      { phase: 'refused', why: expect.stringMatching(/^It has 42 MB; a file has at most 32 MiB/) },
    ]);
    expect(FakeRequest.all).toHaveLength(0);
  });

  it('are called off when they are dropped', async () => {
    const uploads = begun();
    uploads.add(chosen([file('a.md')]));
    await gone(1);
    uploads.drop(1);
    expect(FakeRequest.last.aborted).toBe(true);
    await vi.waitFor(() => expect(uploads.snapshot()).toEqual([]));
  });

  it('of a space are the same wherever they are looked at', () => {
    const [one, queries] = [api(), new QueryClient()];
    expect(uploadsTo(one, queries, 's1')).toBe(uploadsTo(one, queries, 's1'));
    expect(uploadsTo(one, queries, 's1')).not.toBe(uploadsTo(one, queries, 's2'));
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { patient } from './patient';

afterEach(() => vi.unstubAllGlobals());

describe('code that is fetched', () => {
  it('is waited for while the server is out of reach', async () => {
    let online = false;
    vi.stubGlobal('fetch', () => (online ? Promise.resolve(new Response()) : Promise.reject(new TypeError())));
    const load = vi.fn(() => (online ? Promise.resolve('page') : Promise.reject(new TypeError('Failed to fetch dynamically imported module'))));
    const loaded = patient(load)();
    await vi.waitFor(() => expect(load).toHaveBeenCalledOnce());
    online = true;
    await vi.waitFor(() => {
      dispatchEvent(new Event('online'));
      expect(load).toHaveBeenCalledTimes(2);
    });
    expect(await loaded).toBe('page');
  });

  it('is missed at once where the server answers without it', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response()));
    const load = vi.fn(() => Promise.reject(new TypeError('gone')));
    await expect(patient(load)()).rejects.toThrow('gone');
    expect(load).toHaveBeenCalledOnce();
  });
});

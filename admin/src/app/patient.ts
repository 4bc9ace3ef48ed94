/** Waits for the next look, or until the network is back. */
const pause = () =>
  new Promise<void>((done) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener('online', go);
      done();
    };
    const timer = setTimeout(go, 2000);
    addEventListener('online', go);
  });

const reachable = () =>
  fetch('/healthz', { cache: 'no-store' }).then(
    () => true,
    () => false,
  );

/**
 * Fetches a page's code, for as long as the server is out of reach. Where it is not, and the code is gone, a newer
 * version is served: that is thrown, and the router loads the console anew.
 */
export const patient =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    for (;;) {
      try {
        return await load();
      } catch (error) {
        if (await reachable()) throw error;
        await pause();
      }
    }
  };

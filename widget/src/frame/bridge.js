/**
 * The line to the host page. The first `hello` of the parent names its origin; from then on nothing
 * is heard from or told to any other. Which parents there may be is the server's frame-ancestors.
 *
 * @param {Record<string, (data: any) => void>} on what the loader may say
 * @returns {(type: string, data?: any) => void} tells it something
 */
export function createBridge(on) {
  let peer = '';
  addEventListener('message', ({ source, origin, data }) => {
    const type = data?.parlance;
    if (source !== parent || origin !== (peer || origin) || (!peer && type !== 'hello')) return;
    peer = origin;
    on[type]?.(data.data);
  });
  return (parlance, data) => peer && parent.postMessage({ parlance, data }, peer);
}

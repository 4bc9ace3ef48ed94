/** The log over plain HTTP, where a socket does not get through: as a stream, or by asking again and again. */
import { createParser } from './sse.js';

/** Reading until it fails, and frames that go by POST, in order. @returns {(wire: import('../links.js').Wire) => import('../links.js').Link} */
const reading = (read) => (wire) => {
  const abort = new AbortController();
  const { signal } = abort;
  const fail = ({ close, retryAfter }) => wire.lost(close || 1, retryAfter);
  const path = wire.conversation().then((id) => `/conversation/${id}/`);
  path.then((at) => read(wire, at + 'events', signal)).catch(fail);
  let queue = path;
  const post = async (body) => {
    try {
      wire.frame(await wire.api((await path) + 'frames', body, { signal }));
    } catch (error) {
      // A refusal of this one frame is an answer; a lost token or network ends the link.
      if (!error.status || error.status === 401) fail(error);
      // A fault, or what a proxy says in the server's stead, may pass.
      else wire.frame({ type: 'error', code: error.code, detail: error.detail, client_id: body.client_id, retry_after: error.retryAfter || +(error.status > 499) });
    }
    return '';
  };
  return {
    send: (frame) => (queue = queue.then(() => (signal.aborted ? '' : post(frame)))),
    close: () => abort.abort(),
  };
};

const openStream = reading(async ({ api, after, alive, frame, ready }, path, signal) => {
  const { body } = await api(path, null, { signal, stream: true, headers: { Accept: 'text/event-stream', 'Last-Event-ID': after() } });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const feed = createParser((data) => {
    const event = JSON.parse(data);
    // What a socket says in its close frame.
    if (event.type === 'close') throw { close: event.code };
    frame(event);
  });
  for (let first = true; ; first = false) {
    const { done, value } = await reader.read();
    if (done) throw {};
    alive();
    // Headers say little: a proxy may hold the stream itself back, and polling gets through those.
    if (first) ready();
    feed(decoder.decode(value, { stream: true }));
  }
});

const openPoll = reading(async ({ api, after, alive, frame, ready, wait }, path, signal) => {
  for (let patience = 0; ; patience = wait) {
    const { events } = await api(`${path}?after=${after()}&wait=${patience}`, null, { signal });
    alive();
    events.forEach(frame);
    if (!patience) ready();
  }
});

/** The better one first. */
export const overHttp = [openStream, openPoll];

/**
 * Three ways to one event log, best first. A link is opened with callbacks and answers with `send`
 * and `close`.
 *
 * @typedef {object} Wire
 * @property {string} base
 * @property {ReturnType<typeof import('./api.js').createApi>} api
 * @property {(frame: any) => void} frame   anything the server says
 * @property {() => void} ready             the log flows
 * @property {() => void} alive             bytes came, if only a comment
 * @property {(code: number, retryAfter?: number) => void} lost
 * @property {() => Promise<string>} conversation  its id, made when there is none
 * @property {() => object} hello
 * @property {() => number} after
 * @property {typeof WebSocket} WebSocket
 * @property {number} wait seconds of a long poll
 *
 * @typedef {{ send(frame: any): void, close(): void }} Link
 */
import { createParser } from './sse.js';

/** @param {Wire} wire @returns {Link} */
function openSocket({ base, hello, frame, ready, alive, lost, WebSocket }) {
  const socket = new WebSocket(base.replace(/^http/, 'ws') + '/socket');
  const send = (data) => socket.readyState === 1 && socket.send(JSON.stringify(data));
  socket.onopen = () => send(hello());
  socket.onclose = ({ code }) => lost(code);
  socket.onmessage = ({ data }) => {
    const said = JSON.parse(data);
    alive();
    frame(said);
    if (said.type === 'ready') ready();
  };
  return { send, close: () => socket.close() };
}

/** Reading until it fails, and frames that go by POST, in order. @returns {(wire: Wire) => Link} */
const overHttp = (read) => (wire) => {
  const abort = new AbortController();
  const { signal } = abort;
  const fail = ({ close, retryAfter }) => wire.lost(close || 0, retryAfter);
  const path = wire.conversation().then((id) => `/conversation/${id}/`);
  path.then((at) => read(wire, at + 'events', signal)).catch(fail);
  let queue = path;
  const post = async (body) => {
    try {
      wire.frame(await wire.api((await path) + 'frames', body, { signal }));
    } catch (error) {
      // A refusal of this one frame is an answer; a lost token or network ends the link.
      if (!error.status || error.status === 401) fail(error);
      else wire.frame({ type: 'error', code: error.code, detail: error.detail, client_id: body.client_id });
    }
    return '';
  };
  return {
    send: (frame) => (queue = queue.then(() => (signal.aborted ? '' : post(frame)))),
    close: () => abort.abort(),
  };
};

const openStream = overHttp(async ({ api, after, alive, frame, ready }, path, signal) => {
  const { body } = await api(path, null, { signal, stream: true, headers: { Accept: 'text/event-stream', 'Last-Event-ID': after() } });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const feed = createParser((data) => frame(JSON.parse(data)));
  ready();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw {};
    alive();
    feed(decoder.decode(value, { stream: true }));
  }
});

const openPoll = overHttp(async ({ api, after, alive, frame, ready, wait }, path, signal) => {
  for (let patience = 0; ; patience = wait) {
    const { events } = await api(`${path}?after=${after()}&wait=${patience}`, null, { signal });
    alive();
    events.forEach(frame);
    if (!patience) ready();
  }
});

export const LINKS = [openSocket, openStream, openPoll];

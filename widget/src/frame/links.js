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
 * @property {number} wait seconds of a long poll
 *
 * @typedef {{ send(frame: any): void, close(): void }} Link
 */
/** @param {Wire} wire @returns {Link} */
function openSocket({ base, hello, frame, ready, alive, lost }) {
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

/** What opens a link of a kind. The lesser ones are fetched when the socket is found to be blocked, which is rare. @param {number} mode @returns {Promise<any>} */
export const opener = async (mode) => (mode ? (await import('./more/http.js')).overHttp[mode - 1] : openSocket);

/**
 * Keeps one link up for ever: picks the best that works, notices a dead one, comes back with jitter.
 */
import { opener } from './links.js';

/**
 * Milliseconds, but for `wait`. A link has `open` to bring its first word. The server writes a comment every 15 s on a stream, so `quiet` means
 * that something is wrong there; on a socket it is when we ask. `grace` is the time for a sign of
 * life. After `hold` in a lesser mode the socket, which may not be blocked any more, is tried again.
 */
export const TIMING = { open: 5000, quiet: 20000, grace: 10000, first: 500, cap: 30000, hold: 300000, wait: 25 };

/** Half of the delay is random, so that a restart does not bring everybody back at once. */
export const backoff = (attempt, { first, cap }, random = Math.random) =>
  Math.min(cap, first * 2 ** attempt) * (0.5 + random() / 2);

/**
 * @param {object} options
 * @param {any} options.wire  see links.js; what this module does not add itself
 * @param {() => Promise<void>} options.prepare  resolves when there is a session
 * @param {() => void} options.ready
 * @param {(code: number) => boolean} options.mend  after a refusal (4001 to 4004); false: do not come back
 * @param {(online: boolean) => void} options.state
 * @param {() => Promise<boolean>} options.reachable  whether plain HTTP works
 * @param {Partial<typeof TIMING>} [options.timing]
 */
export function createConnection({ wire, prepare, ready, mend, state, reachable, timing: given }) {
  const timing = { ...TIMING, ...given };
  let mode = 0;
  let strikes = 0; // links of this mode that never got ready
  let attempt = 0;
  let up = 0; // since when the link is ready
  let pause = 0; // seconds the server asked us to wait
  let stopped = false;
  let turn = 0; // outdates what is still being awaited
  /** @type {import('./links.js').Link|null} */
  let link;
  let timer, watch;

  function drop() {
    turn++;
    clearTimeout(timer);
    clearTimeout(watch);
    link?.close();
    link = null;
    up = 0;
  }

  async function connect() {
    drop();
    const mine = turn;
    const current = (use) => (...args) => mine === turn && use(...args);
    const lost = current(fail);
    let open;
    try {
      await prepare();
      open = await opener(mode);
    } catch (error) {
      // Beyond the refusals: no session is no fault of this kind of link.
      lost(error.close || 5000, error.retryAfter);
    }
    if (mine !== turn) return;
    timer = setTimeout(lost, timing.open, 0);
    link = open({
      ...wire,
      ...timing,
      lost,
      frame: current(receive),
      ready: current(opened),
      alive: current(listen),
    });
  }

  function opened() {
    clearTimeout(timer);
    if (mode) timer = setTimeout(renew, timing.hold);
    strikes = 0;
    up = Date.now();
    listen();
    state(true);
    ready();
  }

  function receive(frame) {
    if (frame.type === 'moved') return fail(4009, frame.after_ms / 1000);
    pause = frame.retry_after;
    wire.frame(frame);
  }

  /** Ask for a sign of life when it has been quiet, and give up when there is none. */
  function listen() {
    clearTimeout(watch);
    watch = setTimeout(probe, timing.quiet + (mode > 1 ? timing.wait * 1000 : 0));
  }

  function probe() {
    if (!mode) link?.send({ type: 'ping' });
    clearTimeout(watch);
    watch = setTimeout(fail, timing.grace, 0);
  }

  async function fail(code, retryAfter = 0) {
    const since = up;
    const wait = Math.max(retryAfter, pause || 0, code === 4029 ? 5 : 0) * 1000;
    drop();
    const mine = turn;
    state(false);
    pause = 0;
    // An accept and an immediate close is no success that would reset the backoff.
    if (since && Date.now() - since > timing.first * 10) attempt = 0;
    const due = Date.now() + wait + backoff(attempt++, timing);
    if (code > 4000 && code < 4005) stopped ||= !mend(code);
    // Twice no link, or once nothing at all: the next kind, unless it is the network itself that is gone.
    else if (!since && code < 4005 && (strikes += code ? 1 : 2) > 1) {
      strikes = 0;
      if (mode < 2 && (await reachable()) && mine === turn) mode++;
    }
    if (mine === turn && !stopped) timer = setTimeout(connect, due - Date.now());
  }

  /** Afresh and at once: the network is back, the log has a gap, the visitor is someone else. */
  function renew() {
    attempt = mode = 0;
    stopped = false;
    connect();
  }

  return {
    renew,
    /** The page is looked at again: sleep may have killed the link without a word. */
    check: () => (up ? probe() : renew()),
    /** The browser says that there is no network. */
    lose: () => fail(1),
    send: (frame) => link?.send(frame),
    mode: () => mode,
    stop() {
      stopped = true;
      drop();
    },
  };
}

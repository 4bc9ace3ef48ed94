/**
 * How long an answer goes on after an agent's click, on the demo of a running server:
 *
 *     node tests/browser/measure/takeover.js http://localhost:8080
 *
 * Agent and visitor are sockets in one page, so that one clock has both. The server must write slowly enough
 * to be interrupted (EXTRACTIVE_WORDS_PER_SECOND=20, ANSWER_CACHE_MB=0).
 */
import { chromium } from 'playwright-core';

const [, , origin = 'http://localhost:8080'] = process.argv;
const TIMES = 30;
const LOGIN = { email: 'admin@acme.example', password: 'acmedemo1!' };
const QUESTION = 'How do I set up my Sweep 3 step by step?';

const browser = await chromium.launch({ executablePath: process.env.PARLANCE_CHROMIUM, args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.goto(`${origin}/demo/acme`);
const taken = await page.evaluate(
  async ({ origin, times, login, question }) => {
    const post = async (path, body) => {
      const answer = await fetch(`${origin}/api/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
      return answer.json();
    };
    /** A socket that has said hello. */
    const connect = async (path, hello) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/${path}`);
      const seen = [];
      const waits = new Set();
      socket.onmessage = ({ data }) => {
        const frame = { ...JSON.parse(data), seen: performance.now() };
        seen.push(frame);
        for (const wait of waits) if (wait.wanted(frame) && waits.delete(wait)) wait.done(frame);
      };
      const until = (wanted) => {
        const before = seen.find(wanted);
        return before ? Promise.resolve(before) : new Promise((done) => waits.add({ wanted, done }));
      };
      await new Promise((opened) => (socket.onopen = opened));
      const send = (frame) => socket.send(JSON.stringify(frame));
      send({ type: 'hello', ...hello });
      const ready = await until(({ type }) => type === 'ready');
      return { send, until, seen, ready, close: () => socket.close() };
    };

    const { access_token } = await post('auth/login', login);
    const agent = await connect('console/socket', { token: access_token });
    const taken = [];
    for (let n = 0; n < times; n++) {
      const { token } = await post('widget/acme/session', {});
      const visitor = await connect('widget/acme/socket', { token, conversation: null, after: 0 });
      visitor.send({ type: 'say', client_id: crypto.randomUUID(), text: question });
      await visitor.until(({ type, n }) => type === 'answer.delta' && n === 2);
      const clicked = performance.now();
      agent.send({ type: 'take', conversation: visitor.ready.conversation.id });
      const joined = await visitor.until(({ type, status }) => type === 'status' && status === 'human');
      const kept = await visitor.until(({ type, state }) => type === 'message' && state === 'interrupted');
      const last = visitor.seen.findLast(({ type }) => type === 'answer.delta');
      taken.push({ joined: joined.seen - clicked, last: last.seen - clicked, kept: kept.seen - clicked });
      visitor.close();
    }
    return taken;
  },
  { origin, times: TIMES, login: LOGIN, question: QUESTION },
);
await browser.close();

for (const [name, what] of Object.entries({ joined: 'the visitor hears who joined', last: 'the last word of the answer', kept: 'the answer is kept as interrupted' })) {
  const sorted = taken.map((times) => times[name]).sort((a, b) => a - b);
  console.log(`${what.padEnd(34)} median ${sorted[TIMES >> 1].toFixed(1)} ms, at most ${sorted.at(-1).toFixed(1)} ms`);
}

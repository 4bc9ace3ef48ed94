/**
 * A small server that speaks the visitor's half of the protocol, for the tests. Its `faults` make
 * it refuse or cut what a bad network would.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { Conversation } from './conversation.js';
import { acceptSocket } from './websocket.js';

const DIST = join(import.meta.dirname, '../../dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' };

export const CONFIG = {
  space: { slug: 'acme', name: 'Acme Robotics', public_key: 'pk_test' },
  bot: { name: 'Acme assistant', avatar: null },
  theme: { mode: 'auto', color: '#2456e6', position: 'right' },
  greeting: 'Hello! Ask me anything about our robots, your order or a repair.',
  placeholder: 'Ask about Acme…',
  suggested_questions: ['How long is the warranty?', 'Where is my order?'],
  prechat: [], locale: 'en', availability: { open: true, opens_at: null, closes_at: null, wait_seconds: null, text: {} }, branding: true,
};

const FRAME_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors http://localhost:* http://127.0.0.1:*";
/** As strict as a host page gets: no inline anything, and no connections to us. */
const HOST_CSP = (nonce) => `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; frame-src http://localhost:* http://127.0.0.1:*; connect-src 'none'`;

export async function startServer({ config = {}, pace, faults = {} } = {}) {
  const server = {
    faults: { socket: '', events: '', ...faults },
    config: { ...CONFIG, ...config },
    conversations: new Map(),
    sockets: new Set(),
    sessions: [],
    requests: [],
    tokens: new Set(),
    /** Whom a token is of, where a proof said so. */
    people: new Map(),
    /** The conversation, when a test knows there is but one. */
    only: () => [...server.conversations.values()].at(-1),
    create() {
      const conversation = new Conversation({ pace });
      server.conversations.set(conversation.id, conversation);
      return conversation;
    },
    /** Every socket loses its line; without a code there is no goodbye. */
    cut(code) {
      for (const socket of server.sockets) code ? socket.close(code) : socket.destroy();
    },
    /** Every token ends, and every stream with it. */
    expire() {
      server.tokens.clear();
      for (const stream of server.streams || []) stream.end('event: close\ndata: {"type":"close","code":4001,"reason":"unauthenticated"}\n\n');
    },
    async stop() {
      http.closeAllConnections();
      server.cut();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  const http = createServer((req, res) => {
    handle(server, req, res).catch((error) => res.writableEnded || res.writeHead(500).end(String(error)));
  });
  http.on('upgrade', (req, socket, head) => upgrade(server, req, socket, head));
  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  server.origin = `http://127.0.0.1:${http.address().port}`;
  server.base = `${server.origin}/api/widget/acme`;
  return server;
}

function upgrade(server, req, socket, head) {
  server.requests.push('SOCKET');
  if (server.faults.socket) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  const peer = acceptSocket(req, socket, head);
  server.sockets.add(peer);
  let conversation;
  let leave = () => {};
  peer.onclose = () => {
    server.sockets.delete(peer);
    leave();
  };
  peer.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    const tell = (event) => peer.send(JSON.stringify(event));
    if (frame.type !== 'hello') {
      const reply = conversation.receive(frame);
      // The ack that never arrives: the server has the message and the visitor does not know.
      if (server.faults.ack) return peer.destroy();
      return reply.type !== 'ok' && tell(reply);
    }
    if (!server.tokens.has(frame.token)) return peer.close(4001);
    conversation = frame.conversation ? server.conversations.get(frame.conversation) : server.create();
    if (!conversation) return peer.close(4004);
    tell({ type: 'ready', conversation: { id: conversation.id, status: conversation.status }, seq: conversation.events.length });
    leave = conversation.follow(frame.after, tell);
  };
}

async function handle(server, req, res) {
  const url = new URL(req.url, server.origin);
  const [, api, widget, , what, id, more] = url.pathname.split('/');
  const json = (value, status = 200, headers = {}) =>
    res.writeHead(status, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*', ...headers }).end(JSON.stringify(value));
  if (api !== 'api' || widget !== 'widget') return files(server, url, res);
  let text = '';
  for await (const chunk of req) text += chunk;
  const body = text && JSON.parse(text);
  server.requests.push(`${req.method} ${what}${more ? `/${more}` : ''}`);
  if (server.faults.down) return res.socket.destroy();
  if (what === 'config') return json(server.config);
  if (what === 'session') {
    server.sessions.push(body);
    if (server.faults.session) return json({ code: server.faults.code || 'forbidden' }, server.faults.session);
    const proof = body.identity?.token;
    if (proof === 'wrong') return json({ code: 'identity_invalid', detail: 'the signature is not right' }, 401);
    const token = (!proof && body.token) || randomUUID();
    server.tokens.add(token);
    if (proof) server.people.set(token, proof);
    const id = server.people.get(token) || 'v';
    return json({ token, expires_in: 3600, visitor: { id, verified: id !== 'v' }, conversation: server.last?.[id] || null, config: server.config });
  }
  if (!server.tokens.has(req.headers.authorization?.slice(7))) return json({ code: 'unauthenticated' }, 401);
  if (what === 'conversation' && !id) return json({ conversation: { id: server.create().id } }, 201);
  const conversation = server.conversations.get(id);
  if (!conversation) return json({ code: 'not_found' }, 404);
  if (more === 'frames' && server.faults.frames) return json({}, server.faults.frames);
  if (more === 'frames') return json(conversation.receive(body));
  if (url.searchParams.has('wait')) return poll(server, conversation, url.searchParams, json);
  if (server.faults.events === 'refuse') return json({ code: 'upstream' }, 502);
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  res.flushHeaders();
  if (server.faults.events === 'silent') return;
  res.write(': hello\n\n');
  const leave = conversation.follow(+(req.headers['last-event-id'] || 0), (event) =>
    res.write(`event: ${event.type}\n${event.seq ? `id: ${event.seq}\n` : ''}data: ${JSON.stringify(event)}\n\n`));
  res.on('close', leave);
  server.streams = (server.streams || []).concat(res);
}

function poll(server, conversation, params, json) {
  const after = +params.get('after');
  const events = [];
  const leave = conversation.follow(after, (event) => events.push(event));
  const started = Date.now();
  const look = setInterval(() => {
    const durable = events.filter((event) => event.seq);
    if (!durable.length && Date.now() - started < +params.get('wait') * 1000) return;
    clearInterval(look);
    leave();
    json({ conversation: conversation.id, events: durable, next: conversation.events.length });
  }, 5);
}

async function files(server, { pathname }, res) {
  if (pathname === '/host' || pathname === '/host-left') {
    res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': HOST_CSP('n0nce') });
    return res.end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Host</title><link rel="stylesheet" href="/host.css"><h1>Acme Robotics</h1><p>Robots that lift.</p><a href="#">A link</a>
<script nonce="n0nce" src="${server.origin.replace('127.0.0.1', 'localhost')}/widget.js" data-space="acme" async></script></html>`);
  }
  if (pathname === '/host.css') return res.writeHead(200, { 'Content-Type': 'text/css' }).end('body{font:16px system-ui;margin:40px;background:#eef1f6}div:empty{display:none}button{background:red!important}');
  const name = pathname === '/widget.js' ? 'loader.js' : pathname.endsWith('/frame') ? 'frame.html' : pathname.replace('/widget/', '');
  const file = await readFile(join(DIST, name)).catch(() => null);
  if (!file) return res.writeHead(404).end('not found');
  res.writeHead(200, { 'Content-Type': TYPES[extname(name)], ...(name === 'frame.html' && { 'Content-Security-Policy': FRAME_CSP }) }).end(file);
}

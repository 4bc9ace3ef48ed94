/** The server's side of one conversation, as the protocol describes it, with a canned answer. */
import { randomUUID } from 'node:crypto';

export const ANSWER = [
  'Acme covers every **RX series** robot for 24 months from the day of delivery. [S1] To claim it:\n\n',
  '1. Note the serial number on the base plate.\n2. Open a case in the portal, with `diagnostics.zip` attached.\n3. Ship the arm in its original crate. [S2]\n\n',
  'Wear parts such as grippers are covered for 6 months. [S1] Most claims are settled on the same afternoon.',
];

export const CITATIONS = [
  { n: 1, document: 'd1', title: 'Warranty policy 2026', excerpt: 'All RX series robots carry a limited warranty of twenty-four (24) months from the date of delivery. Wear parts, including grippers and belts, are covered for six (6) months.', url: '/documents/d1', page: 3 },
  { n: 2, document: 'd2', title: 'Returns and repairs: how to ship a robot', excerpt: 'Pack the arm in the original crate, with the transport lock engaged.', url: 'https://docs.acme.example/returns#:~:text=original%20crate', page: null },
];

export class Conversation {
  constructor({ pace = 1 } = {}) {
    this.id = randomUUID();
    this.status = 'bot';
    this.events = [];
    this.acks = new Map();
    this.listeners = new Set();
    this.received = [];
    this.draft = null;
    this.turn = Promise.resolve();
    this.pace = pace;
  }

  /** Everything after `seq`, then what is being written, then live. @returns a function that ends it */
  follow(seq, listener) {
    for (const event of this.events) if (event.seq > seq) listener(event);
    if (this.draft) listener({ type: 'answer.snapshot', message: this.draft.id, n: this.draft.n, text: this.draft.text });
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event) {
    for (const listener of [...this.listeners]) listener(event);
  }

  append(event) {
    const durable = { ...event, seq: this.events.length + 1, at: new Date().toISOString() };
    this.events.push(durable);
    if (event.type === 'status') this.status = event.status;
    this.emit(durable);
    return durable;
  }

  /** One client frame. @returns the answer to it */
  receive(frame) {
    this.received.push(frame);
    if (frame.type === 'say') return this.say(frame);
    if (frame.type === 'human') this.append({ type: 'status', status: 'waiting', reason: 'visitor_asked' });
    if (frame.type === 'stop') this.stopped = true;
    return frame.type === 'ping' ? { type: 'pong' } : { type: 'ok' };
  }

  say({ client_id, text }) {
    const known = this.acks.get(client_id);
    if (known) return known;
    const { id, seq } = this.message({ kind: 'visitor' }, text, { client_id });
    const ack = { type: 'ack', client_id, message: id, seq };
    this.acks.set(client_id, ack);
    // One answer at a time; what is said meanwhile is answered next.
    if (this.status === 'bot') this.turn = this.turn.then(() => this.answer(id));
    return ack;
  }

  message(author, text, more) {
    return this.append({ type: 'message', id: randomUUID(), conversation: this.id, author, text, state: 'complete', ...more });
  }

  /** Word by word; `pace` milliseconds each. */
  async answer(in_reply_to, text = ANSWER.join('')) {
    const id = randomUUID();
    this.stopped = false;
    await this.pause();
    this.draft = { id, n: 0, text: '' };
    this.emit({ type: 'answer.start', message: id, in_reply_to });
    for (const word of text.match(/\s*\S+|\s+$/g)) {
      if (this.stopped) break;
      this.emit({ type: 'answer.delta', message: id, n: this.draft.n++, text: word });
      this.draft.text += word;
      await this.pause();
    }
    const said = this.draft.text;
    const from = said.indexOf('Most claims');
    const claims = [{ start: 0, end: 74, sources: [1], support: 0.97 }];
    if (from > 0) claims.push({ start: from, end: said.length, sources: [], support: 0.12 });
    this.draft = null;
    this.append({
      type: 'message', id, conversation: this.id, author: { kind: 'assistant', name: 'Acme assistant' }, in_reply_to, text: said,
      state: this.stopped ? 'interrupted' : 'complete', citations: CITATIONS, grounding: 0.93, claims,
    });
  }

  pause() {
    return new Promise((resolve) => setTimeout(resolve, this.pace));
  }
}

import { Problem } from '../api/problem';
import type { Frame } from '../live/frames';
import type { Live } from '../live/socket';
import type { Attachment, Message } from './api';
import { forgetUnsent, holdUnsent, keepUnsent, keptUnsent, type Unsent } from './unsent';

/** What this agent has said and the server has not confirmed. */
export interface Pending {
  client_id: string;
  kind: 'say' | 'note';
  text: string;
  /** The draft that it was. */
  draft?: string | undefined;
  /** What goes with it. */
  attachments?: readonly Attachment[] | undefined;
  /** The newest event when it was said; not known before the log is. */
  after?: number;
  /** It can still be taken back. */
  waits?: true;
  /** The server has it; it comes as an event. */
  confirmed?: true;
  /** Why it was not taken. */
  refused?: { code: string; detail: string; unseen: Message[] };
}

interface Saying {
  /** Called once the server has it, unless it is dropped. */
  then?: (() => void) | undefined;
  draft?: string | undefined;
  attachments?: readonly Attachment[];
  /** For so long it can be taken back, unless something else is said or the conversation is left. */
  wait_ms?: number;
}

/** An act waits so long for what was said before it. */
const SETTLE_MS = 5_000;
/** Those that are open, or still have something to send, by what they send it with. */
const outboxes = new WeakMap<Live, Set<Outbox>>();

/**
 * Sends what waits in a conversation, so that an act comes behind it.
 *
 * @throws {Problem} what the server refused, or has not answered in five seconds
 */
export async function settle(live: Live, conversation: string): Promise<void> {
  await Promise.all([...(outboxes.get(live) ?? [])].filter((one) => one.conversation === conversation).map((one) => one.settle()));
}

/**
 * What an agent says in a conversation, until the server has it: kept by the browser too, so that it outlives the
 * page, and said again with each new line under the same id, of which the server takes one.
 */
export class Outbox {
  private pending: readonly Pending[] = [];
  private sending: ReturnType<typeof setTimeout> | undefined;
  /** Ends the waiting for what is to be done once something was said. */
  private readonly awaiting = new Map<string, () => void>();
  private readonly returning = new Set<(one: Pending) => void>();
  /** Called with every change. */
  private readonly settling = new Set<() => void>();
  /** Lets another tab have what this one has, by its id. */
  private readonly held = new Map<string, () => void>();

  /**
   * @param me the agent
   * @param head the newest event; nothing before the log is there: what is said waits for that, to be told from what was not seen
   */
  constructor(
    private readonly live: Live,
    readonly conversation: string,
    private readonly me: string,
    private readonly head: () => number | undefined,
    private readonly changed: (pending: readonly Pending[]) => void,
  ) {}

  private set(pending: readonly Pending[]): void {
    this.pending = pending;
    this.changed(pending);
    this.settling.forEach((check) => check());
  }

  /** Follows the page until it is called off. What has to go out then goes out. */
  open(): () => void {
    addEventListener('pagehide', this.release);
    outboxes.set(this.live, (outboxes.get(this.live) ?? new Set()).add(this));
    return () => {
      removeEventListener('pagehide', this.release);
      this.release();
      const left = this.unconfirmed;
      for (const client_id of this.held.keys()) if (!left.some((one) => one.client_id === client_id)) this.letGo(client_id);
      left.forEach((one) => this.outlive(one));
      if (left.length === 0) outboxes.get(this.live)?.delete(this);
    };
  }

  /** As {@link settle} says. */
  async settle(): Promise<void> {
    this.release();
    const said = new Set(this.unanswered.map(({ client_id }) => client_id));
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(late);
        this.settling.delete(check);
      };
      const check = () => {
        if (this.unanswered.some(({ client_id }) => said.has(client_id))) return;
        end();
        resolve();
      };
      const late = setTimeout(() => {
        end();
        reject(Problem.unreachable());
      }, SETTLE_MS);
      this.settling.add(check);
      check();
    });
    const refused = this.pending.find((one) => said.has(one.client_id) && one.refused)?.refused;
    if (refused) throw new Problem(refused.code, 409, `your message was not sent: ${refused.detail}`);
  }

  /** Says something to the visitor, or notes it. */
  say(kind: Pending['kind'], text: string, { then, draft, attachments = [], wait_ms = 0 }: Saying = {}): void {
    this.release();
    const after = this.head();
    const one: Pending = { client_id: crypto.randomUUID(), kind, text, ...(draft && { draft }), ...(attachments.length > 0 && { attachments }), ...(after !== undefined && { after }), ...(wait_ms > 0 && { waits: true }) };
    if (then) this.once(one.client_id, then);
    this.held.set(one.client_id, holdUnsent(one.client_id));
    keepUnsent(this.me, this.conversation, one);
    this.set([...this.pending, one]);
    if (one.waits) this.sending = setTimeout(this.release, wait_ms);
    else this.utter(one);
  }

  /** Sends what waits to be taken back. */
  private readonly release = (): void => {
    clearTimeout(this.sending);
    for (const { waits, ...one } of this.pending) if (waits) this.put(one);
  };

  /** Says what was refused once more, having seen everything up to `after`. */
  again(client_id: string, after: number): void {
    const one = this.find(client_id);
    if (one) this.put({ client_id, kind: one.kind, text: one.text, draft: one.draft, attachments: one.attachments, after });
  }

  drop(client_id: string): void {
    this.awaiting.get(client_id)?.();
    this.taken(client_id);
  }

  /** Gives what was not sent back to who writes. */
  takeBack(client_id: string): void {
    const one = this.find(client_id);
    if (!one?.waits && !one?.refused) return;
    this.drop(client_id);
    this.returning.forEach((take) => take(one));
  }

  /** Hears what is taken back, until it is called off. */
  onReturn(take: (one: Pending) => void): () => void {
    this.returning.add(take);
    return () => void this.returning.delete(take);
  }

  /** The log is there: so is what the browser kept of another time, once no other tab is sending it. Whoever said that decides, for it may be long ago. */
  ready(): void {
    for (const one of keptUnsent(this.me, this.conversation)) {
      const { client_id } = one;
      if (!this.find(client_id)) this.held.set(client_id, holdUnsent(client_id, () => this.adopt(one)));
    }
    this.resend();
  }

  private adopt(one: Unsent): void {
    const isKept = keptUnsent(this.me, this.conversation).some(({ client_id }) => client_id === one.client_id);
    if (!isKept) return this.letGo(one.client_id);
    const refused = { code: 'unsent', detail: 'it had not reached the server when you left', unseen: [] };
    this.set([{ ...one, refused }, ...this.pending]);
  }

  /** What was on its way when the line broke is said again: the server knows it by its id. */
  resend(): void {
    this.unconfirmed.forEach((one) => this.utter(one));
  }

  /** The server has these. */
  taken(...client_ids: string[]): void {
    if (client_ids.length === 0) return;
    for (const client_id of client_ids) {
      forgetUnsent(this.me, this.conversation, client_id);
      this.letGo(client_id);
    }
    this.set(this.pending.filter(({ client_id }) => !client_ids.includes(client_id)));
  }

  /** The server has this, and it is not in the log yet. */
  confirmed(client_id: string): void {
    this.set(this.pending.map((one) => (one.client_id === client_id ? { ...one, confirmed: true } : one)));
  }

  /** @param unseen what others have said meanwhile */
  refused({ code, detail, client_id }: Frame<'error'>, unseen: Message[]): void {
    this.set(this.pending.map((one) => (one.client_id === client_id ? { ...one, refused: { code, detail, unseen } } : one)));
  }

  private find(client_id: string): Pending | undefined {
    return this.pending.find((one) => one.client_id === client_id);
  }

  private get unconfirmed(): Pending[] {
    return this.pending.filter(({ refused }) => !refused);
  }

  private get unanswered(): Pending[] {
    return this.unconfirmed.filter(({ confirmed }) => !confirmed);
  }

  private letGo(client_id: string): void {
    this.held.get(client_id)?.();
    this.held.delete(client_id);
  }

  /** As it is now; it goes out. */
  private put(one: Pending): void {
    this.set(this.pending.map((other) => (other.client_id === one.client_id ? one : other)));
    this.utter(one);
  }

  private utter({ waits, ...one }: Pending): void {
    const head = this.head();
    if (!waits && head !== undefined) this.send({ after: head, ...one });
  }

  private send({ client_id, kind, text, draft, attachments, after }: Pending & { after: number }): void {
    const said = { conversation: this.conversation, client_id, text, ...(draft && { draft }), ...(attachments && { attachments: attachments.map(({ id }) => id) }) };
    this.live.send(kind === 'note' ? { type: 'note', ...said } : { type: 'say', ...said, after });
  }

  /** Also where the conversation is left before the server has answered. */
  private once(client_id: string, then: () => void): void {
    const heard = (frame: { client_id?: string }) => {
      if (frame.client_id !== client_id) return;
      end();
      // Once all have heard it.
      queueMicrotask(then);
    };
    const off = [this.live.on('ack', heard), this.live.on('message', heard)];
    const end = () => {
      off.forEach((stop) => stop());
      this.awaiting.delete(client_id);
    };
    this.awaiting.set(client_id, end);
  }

  /** Goes on saying what was not confirmed when the conversation was left. What is refused then is there when it is opened again. */
  private outlive(one: Pending): void {
    // Without the log nothing of it was seen.
    const say = () => this.send({ after: 0, ...one });
    const taken = ({ client_id }: { client_id?: string }) => client_id === one.client_id && end(() => this.taken(one.client_id));
    const refused = (frame: Frame<'error'>) => {
      if (frame.client_id !== one.client_id) return;
      end(() => this.refused(frame, []));
      this.letGo(one.client_id);
    };
    const end = (done: () => void) => {
      off.forEach((stop) => stop());
      done();
      if (this.unconfirmed.length === 0) outboxes.get(this.live)?.delete(this);
    };
    const { live } = this;
    // Whoever logs in next finds it.
    const ended = () => void (live.snapshot() === 'off' && this.letGo(one.client_id));
    const off = [live.subscribe(ended), live.on('ready', say), live.on('ack', taken), live.on('message', taken), live.on('error', refused)];
    ended();
    if (this.head() === undefined) say();
  }
}

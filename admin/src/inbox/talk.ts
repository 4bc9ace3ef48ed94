import type { Api } from '../api/client';
import { Problem } from '../api/problem';
import type { Frame } from '../live/frames';
import type { Live } from '../live/socket';
import type { DraftKind } from './drafting';
import { readEvents, type Author, type Claim, type Logged, type Message, type Note } from './api';

/** The answer that is being written. */
export interface Answer {
  message: string;
  text: string;
  claims: Claim[];
}

/** What this agent has said and the server has not confirmed. */
export interface Pending {
  client_id: string;
  kind: 'say' | 'note';
  text: string;
  /** The draft that it was. */
  draft?: string | undefined;
  /** Why it was not taken. */
  refused?: { code: string; detail: string; unseen: Message[] } | undefined;
}

export interface TalkState {
  /** `failed`: the log cannot be read; `error` says why. */
  phase: 'loading' | 'ready' | 'failed';
  error?: unknown;
  /** In order. */
  log: readonly Logged[];
  notes: readonly Note[];
  answer: Answer | null;
  /** Who types, by name or kind. */
  typing: readonly Author[];
  pending: readonly Pending[];
  /** What can be drafted here. */
  drafts: readonly DraftKind[];
  /** The newest event that the visitor has seen. */
  seen: number;
  /** Whether there is more before the first event. */
  hasMore: boolean;
}

const EMPTY: TalkState = { phase: 'loading', log: [], notes: [], answer: null, typing: [], pending: [], drafts: [], seen: 0, hasMore: false };
/** Who does not say that they stopped has stopped. */
const TYPING_MS = 8_000;

/**
 * One conversation as it goes on: its log from REST, what happens from the socket. Nothing is told twice, for
 * each event has its number; what this agent says is kept until the server has it.
 */
export class Talk {
  private state = EMPTY;
  private cursor: string | null = null;
  private readonly watching = new Set<() => void>();
  private readonly typers = new Map<string, ReturnType<typeof setTimeout>>();
  private off: (() => void)[] = [];
  /** Ends the waiting for what is to be done once something was said. */
  private readonly awaiting = new Map<string, () => void>();

  constructor(
    private readonly live: Live,
    private readonly api: Api,
    readonly id: string,
    /** The agent who reads along: what they do themselves is no news to them. */
    private readonly me: string,
  ) {}

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.state;

  private set(change: Partial<TalkState>): void {
    this.state = { ...this.state, ...change };
    this.watching.forEach((changed) => changed());
  }

  get head(): number {
    return this.state.log.at(-1)?.seq ?? 0;
  }

  /** Reads the end of the log, then follows along until it is called off. */
  open(): () => void {
    const stop = new AbortController();
    void this.begin(stop.signal);
    return () => {
      stop.abort();
      this.off.forEach((end) => end());
      this.off = [];
      this.typers.forEach(clearTimeout);
      this.typers.clear();
    };
  }

  private async begin(signal: AbortSignal): Promise<void> {
    try {
      const { items, next } = await readEvents(this.api, this.id, undefined, signal);
      if (signal.aborted) return;
      this.cursor = next;
      this.add(items);
      this.set({ phase: 'ready', hasMore: next !== null });
      this.follow();
    } catch (error) {
      if (!signal.aborted) this.set({ phase: 'failed', error });
    }
  }

  retry = (): void => {
    this.set({ phase: 'loading' });
    void this.begin(new AbortController().signal);
  };

  /** Reads the events before those that are there. */
  async more(): Promise<void> {
    if (!this.cursor) return;
    const { items, next } = await readEvents(this.api, this.id, this.cursor);
    this.cursor = next;
    this.add(items);
    this.set({ hasMore: next !== null });
  }

  private follow(): void {
    const of = <T extends { conversation?: string }>(then: (frame: T) => void) => (frame: T) => {
      if (frame.conversation === this.id) then(frame);
    };
    const { live } = this;
    const log = of((frame: Frame<'message'> | Frame<'status'>) => this.add([frame as Logged]));
    this.off.push(
      live.on('watching', of(({ drafts = [] }) => this.set({ drafts }))),
      live.on('message', log),
      live.on('status', log),
      live.on('note', of((frame) => this.addNote(frame))),
      live.on('answer.start', of(({ message }) => this.set({ answer: { message, text: '', claims: [] } }))),
      live.on('answer.snapshot', of(({ message, text }) => this.set({ answer: { message, text, claims: [] } }))),
      live.on('answer.delta', of((frame) => this.delta(frame))),
      live.on('answer.claim', of(({ message, claim }) => this.claim(message, claim))),
      live.on('typing', of(({ author, on }) => this.types(author, on))),
      live.on('read', of(({ by, seq }) => by === 'visitor' && this.set({ seen: Math.max(seq, this.state.seen) }))),
      live.on('ack', of(({ client_id, seq }) => this.acknowledged(client_id, seq))),
      live.on('error', of((frame) => this.refused(frame))),
      // What was on its way when the line broke is said again: the server knows it by its id.
      live.on('ready', () => this.state.pending.filter(({ refused }) => !refused).forEach((one) => this.utter(one, this.head))),
      live.hold(() => ({ type: 'watch', conversation: this.id, after: this.head }), { type: 'unwatch', conversation: this.id }),
    );
  }

  private add(events: readonly Logged[]): void {
    const known = new Map(this.state.log.map((event) => [event.seq, event]));
    for (const event of events) known.set(event.seq, event);
    const log = [...known.values()].sort((a, b) => a.seq - b.seq);
    const written = new Set(events.flatMap((event) => (event.type === 'message' ? [event.id] : [])));
    const said = new Set(events.flatMap((event) => (event.type === 'message' && event.client_id ? [event.client_id] : [])));
    const { answer, pending } = this.state;
    this.set({
      log,
      answer: answer && written.has(answer.message) ? null : answer,
      pending: pending.filter(({ client_id }) => !said.has(client_id)),
    });
  }

  private addNote(note: Note): void {
    const notes = this.state.notes.filter(({ id }) => id !== note.id);
    const pending = this.state.pending.filter(({ client_id }) => client_id !== note.client_id);
    this.set({ notes: [...notes, note].sort((a, b) => a.after - b.after || a.at.localeCompare(b.at)), pending });
  }

  private delta({ message, text }: Frame<'answer.delta'>): void {
    const { answer } = this.state;
    if (answer?.message === message) this.set({ answer: { ...answer, text: answer.text + text } });
  }

  private claim(message: string, claim: Claim): void {
    const { answer } = this.state;
    if (answer?.message === message) this.set({ answer: { ...answer, claims: [...answer.claims, claim] } });
  }

  private types(author: Author, on: boolean): void {
    if (author.id === this.me) return;
    const key = author.id ?? author.kind;
    clearTimeout(this.typers.get(key));
    this.typers.delete(key);
    const others = this.state.typing.filter((one) => (one.id ?? one.kind) !== key);
    if (on) this.typers.set(key, setTimeout(() => this.types(author, false), TYPING_MS));
    this.set({ typing: on ? [...others, author] : others });
  }

  /** Says something to the visitor, or notes it; `then` is called once the server has it, unless it is dropped. */
  say(kind: Pending['kind'], text: string, { then, draft }: { then?: (() => void) | undefined; draft?: string | undefined } = {}): void {
    const pending: Pending = { client_id: crypto.randomUUID(), kind, text, draft };
    if (then) this.once(pending.client_id, then);
    this.set({ pending: [...this.state.pending, pending] });
    this.utter(pending, this.head);
  }

  /** Says what was refused once more, having seen everything; or drops it. */
  again(client_id: string, after: number): void {
    const pending = this.state.pending.map((one) => (one.client_id === client_id ? { ...one, refused: undefined } : one));
    this.set({ pending });
    const one = pending.find((other) => other.client_id === client_id);
    if (one) this.utter(one, after);
  }

  drop(client_id: string): void {
    this.awaiting.get(client_id)?.();
    this.forget(client_id);
  }

  private forget(client_id: string): void {
    this.set({ pending: this.state.pending.filter((one) => one.client_id !== client_id) });
  }

  /** Also where the conversation is left before the server has answered. */
  private once(client_id: string, then: () => void): void {
    const heard = (frame: { client_id?: string }) => {
      if (frame.client_id !== client_id) return;
      end();
      then();
    };
    const off = [this.live.on('ack', heard), this.live.on('message', heard)];
    const end = () => {
      off.forEach((stop) => stop());
      this.awaiting.delete(client_id);
    };
    this.awaiting.set(client_id, end);
  }

  private utter({ client_id, kind, text, draft }: Pending, after: number): void {
    const said = { conversation: this.id, client_id, text, ...(draft && { draft }) };
    this.live.send(kind === 'note' ? { type: 'note', ...said } : { type: 'say', ...said, after });
  }

  private acknowledged(client_id: string, seq: number | undefined): void {
    // The message itself comes as an event, where it has not yet; a note is known by its own.
    if (seq !== undefined && seq <= this.head) this.forget(client_id);
  }

  private refused({ code, detail, client_id, events = [] }: Frame<'error'>): void {
    if (!client_id) return;
    this.add(events);
    const unseen = events.filter((event): event is Message => event.type === 'message' && event.author.kind === 'agent');
    const pending = this.state.pending.map((one) => (one.client_id === client_id ? { ...one, refused: { code, detail, unseen } } : one));
    this.set({ pending });
  }

  typing(on: boolean): void {
    this.live.send({ type: 'typing', conversation: this.id, on });
  }

  /** That everything so far was seen. */
  read(): void {
    if (this.head > 0) this.live.send({ type: 'read', conversation: this.id, seq: this.head });
  }
}

/** An id that is malformed is as absent as one that is unknown. */
export const isAbsent = (error: unknown) => error instanceof Problem && (error.status === 404 || error.status === 400);

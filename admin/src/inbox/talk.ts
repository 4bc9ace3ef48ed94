import type { Api } from '../api/client';
import { Problem } from '../api/problem';
import type { Frame } from '../live/frames';
import type { Live } from '../live/socket';
import type { DraftKind } from './drafting';
import { readEvents, type Author, type Claim, type Logged, type Message, type MessageMood, type Note } from './api';
import { Outbox, type Pending } from './outbox';
import type { Rated } from './Rating';

export type { Pending } from './outbox';

/** The answer that is being written. */
export interface Answer {
  message: string;
  text: string;
  claims: Claim[];
}

export interface TalkState {
  /** `failed`: the log cannot be read; `error` says why. */
  phase: 'loading' | 'ready' | 'failed';
  error?: unknown;
  /** In order. */
  log: readonly Logged[];
  notes: readonly Note[];
  /** When messages were mailed to the visitor, by their ids. */
  mailed: Readonly<Record<string, string>>;
  /** What the visitor thinks of it. */
  rating: Rated | null;
  /** How messages were read that are angry or cannot wait, by their ids. */
  moods: Readonly<Record<string, Omit<MessageMood, 'type'>>>;
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

const EMPTY: TalkState = { phase: 'loading', log: [], notes: [], mailed: {}, rating: null, moods: {}, answer: null, typing: [], pending: [], drafts: [], seen: 0, hasMore: false };
/** Who does not say that they stopped has stopped. */
const TYPING_MS = 8_000;

/**
 * One conversation as it goes on: its log from REST, what happens from the socket. Nothing is told twice, for
 * each event has its number.
 */
export class Talk {
  private state = EMPTY;
  private cursor: string | null = null;
  private readonly watching = new Set<() => void>();
  private readonly typers = new Map<string, ReturnType<typeof setTimeout>>();
  private off: (() => void)[] = [];
  /** Ends what is said of how far it was read, with every connection anew. */
  private said?: () => void;
  private stop = new AbortController();
  /** What this agent says. */
  readonly outbox: Outbox;

  constructor(
    private readonly live: Live,
    private readonly api: Api,
    readonly id: string,
    /** The agent who reads along: what they do themselves is no news to them. */
    private readonly me: string,
  ) {
    const head = () => (this.state.phase === 'ready' ? this.head : undefined);
    this.outbox = new Outbox(live, id, me, head, (pending) => this.set({ pending }));
  }

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
    this.stop = new AbortController();
    void this.begin(this.stop.signal);
    const close = this.outbox.open();
    return () => {
      close();
      this.stop.abort();
      this.off.forEach((end) => end());
      this.off = [];
      this.said?.();
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
      this.outbox.ready();
    } catch (error) {
      if (!signal.aborted) this.set({ phase: 'failed', error });
    }
  }

  retry = (): void => {
    this.set({ phase: 'loading' });
    void this.begin(this.stop.signal);
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
      live.on('mailed', of(({ messages, at }) => this.set({ mailed: { ...this.state.mailed, ...Object.fromEntries(messages.map((id) => [id, at])) } }))),
      live.on(
        'rated',
        of(({ score, comment, via, at }) => this.set({ rating: { type: 'rated', score, comment, via, at } })),
      ),
      live.on('mood', of((frame) => this.set({ moods: { ...this.state.moods, [frame.message]: frame } }))),
      live.on('answer.start', of(({ message }) => this.set({ answer: { message, text: '', claims: [] } }))),
      live.on('answer.snapshot', of(({ message, text }) => this.set({ answer: { message, text, claims: [] } }))),
      live.on('answer.delta', of((frame) => this.delta(frame))),
      live.on('answer.claim', of(({ message, claim }) => this.claim(message, claim))),
      live.on('typing', of(({ author, on }) => this.types(author, on))),
      live.on('read', of(({ by, seq }) => by === 'visitor' && this.set({ seen: Math.max(seq, this.state.seen) }))),
      live.on('ack', of(({ client_id, seq }) => this.acknowledged(client_id, seq))),
      live.on('error', of((frame) => this.refused(frame))),
      live.on('ready', () => this.outbox.resend()),
      live.hold(() => ({ type: 'watch', conversation: this.id, after: this.head }), { type: 'unwatch', conversation: this.id }),
    );
  }

  private add(events: readonly Logged[]): void {
    const known = new Map(this.state.log.map((event) => [event.seq, event]));
    for (const event of events) known.set(event.seq, event);
    const log = [...known.values()].sort((a, b) => a.seq - b.seq);
    const written = new Set(events.flatMap((event) => (event.type === 'message' ? [event.id] : [])));
    const { answer } = this.state;
    this.outbox.taken(...events.flatMap((event) => (event.type === 'message' && event.client_id ? [event.client_id] : [])));
    this.set({ log, answer: answer && written.has(answer.message) ? null : answer });
  }

  private addNote(note: Note): void {
    const notes = this.state.notes.filter(({ id }) => id !== note.id);
    this.outbox.taken(note.client_id);
    this.set({ notes: [...notes, note].sort((a, b) => a.after - b.after || a.at.localeCompare(b.at)) });
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

  private acknowledged(client_id: string, seq: number | undefined): void {
    // The message itself comes as an event, where it has not yet; a note is known by its own.
    if (seq !== undefined && seq <= this.head) this.outbox.taken(client_id);
    else this.outbox.confirmed(client_id);
  }

  private refused(frame: Frame<'error'>): void {
    const { client_id, events = [] } = frame;
    if (!client_id) return;
    this.add(events);
    this.outbox.refused(frame, events.filter((event): event is Message => event.type === 'message' && event.author.kind === 'agent'));
  }

  typing(on: boolean): void {
    this.live.send({ type: 'typing', conversation: this.id, on });
  }

  /** That everything so far was seen. */
  read(): void {
    const seq = this.head;
    if (seq === 0) return;
    this.said?.();
    this.said = this.live.hold(() => ({ type: 'read', conversation: this.id, seq }));
  }
}

/** An id that is malformed is as absent as one that is unknown. */
export const isAbsent = (error: unknown) => error instanceof Problem && (error.status === 404 || error.status === 400);

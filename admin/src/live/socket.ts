import type { Tokens } from '../api/client';
import { expiry } from './expiry';
import type { ClientFrame, Frame, FrameType } from './frames';
import { Line } from './line';

/** `down`: it was tried for a while. What is on screen may be old, and is better asked for. */
export type LiveState = 'off' | 'connecting' | 'up' | 'down';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** A line that lasted so long was sound: what ends it is no reason to wait longer the next time. */
const SOUND_MS = 10_000;
/** Too many consoles are open: one of them has to be closed first. */
const CROWDED_MS = 30_000;
/** A restart of the server, or a change of networks, is over sooner and not worth mentioning. */
const GRACE_MS = 4_000;
/** So long before a token ends the line is given the next one, and goes on. */
const RENEW_MS = 20_000;
const LEAST_RENEW_MS = 10_000;

const UNAUTHENTICATED = 4001;
const CROWDED = 4029;

type Hears<T extends FrameType> = (frame: Frame<T>) => void;

/**
 * The one socket of the console. It comes back by itself: after a while that grows, with another token
 * where that was refused, and at once when the network does.
 */
export class Live {
  private line: Line | null = null;
  /** Takes the place of `line` once it is ready. */
  private coming: Line | null = null;
  private since = 0;
  private tries = 0;
  /** Of the attempts: what an older one brings is dropped. */
  private turn = 0;
  private state: LiveState = 'off';
  private retry: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private grace: ReturnType<typeof setTimeout> | undefined;
  private readonly hearing = new Map<string, Set<Hears<FrameType>>>();
  private readonly held = new Set<() => ClientFrame>();
  private readonly watching = new Set<() => void>();

  constructor(
    private readonly tokens: Tokens,
    private readonly url = `${location.origin.replace(/^http/, 'ws')}/api/console/socket`,
  ) {}

  start(): void {
    if (this.state !== 'off') return;
    this.set('connecting');
    this.expectSoon();
    addEventListener('online', this.wake);
    addEventListener('offline', this.doubt);
    document.addEventListener('visibilitychange', this.wake);
    void this.reach();
  }

  stop(): void {
    removeEventListener('online', this.wake);
    removeEventListener('offline', this.doubt);
    document.removeEventListener('visibilitychange', this.wake);
    this.turn += 1;
    [this.retry, this.renewal, this.grace].forEach(clearTimeout);
    this.retry = this.grace = undefined;
    this.line?.close();
    this.coming?.close();
    this.line = this.coming = null;
    this.tries = 0;
    this.set('off');
  }

  /** Hears every frame of a type until it is called off. `ready` comes with every connection. */
  on<T extends FrameType>(type: T, hears: (frame: Frame<T>) => void): () => void {
    const those = this.hearing.get(type) ?? new Set();
    this.hearing.set(type, those);
    // Only frames of its own type reach it.
    const one = hears as unknown as Hears<FrameType>;
    those.add(one);
    return () => void those.delete(one);
  }

  /** Whether it went out. What does not is not kept: whoever needs it tells again after `ready`. */
  send(frame: ClientFrame): boolean {
    return this.line?.send(frame) ?? false;
  }

  /**
   * Says a frame now and with every connection, made anew each time, as what is watched and how far it was
   * read has to be said; until it is called off with `end`.
   */
  hold(frame: () => ClientFrame, end?: ClientFrame): () => void {
    this.held.add(frame);
    this.send(frame());
    return () => {
      if (this.held.delete(frame) && end) this.send(end);
    };
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.state;

  /** The network is gone: whether the server still answers is asked now, and not when it has been quiet for long. */
  private readonly doubt = () => this.line?.ask();

  /** The network is back, or somebody looks at the page again. */
  private readonly wake = () => {
    if (document.visibilityState === 'hidden') return;
    if (this.line) return this.line.ask();
    if (this.retry === undefined) return;
    this.tries = 0;
    void this.reach();
  };

  /** @param refused the token that was */
  private async reach(refused?: string): Promise<void> {
    this.stopWaiting();
    const turn = ++this.turn;
    this.coming?.close();
    this.coming = null;
    let token: string;
    try {
      token = await (refused === undefined ? this.tokens.current() : this.tokens.renewed(refused));
    } catch {
      // Where the session is over, its end stops this too.
      if (turn === this.turn) this.later();
      return;
    }
    if (turn !== this.turn) return;
    const line: Line = new Line(this.url, token, {
      frame: (frame) => this.hear(line, frame),
      ended: (code) => this.ended(line, code),
    });
    this.coming = line;
  }

  private hear(line: Line, frame: { type: string }): void {
    if (line === this.coming && frame.type === 'ready') this.take(line);
    if (line !== this.line) return;
    if (frame.type === 'moved') this.move(frame);
    this.hearing.get(frame.type)?.forEach((hears) => hears(frame as Frame));
  }

  private take(line: Line): void {
    this.line?.close();
    [this.line, this.coming] = [line, null];
    this.since = Date.now();
    this.stopWaiting();
    clearTimeout(this.grace);
    this.grace = undefined;
    this.renewSoon(line);
    this.held.forEach((frame) => line.send(frame()));
    this.set('up');
  }

  private renewSoon(line: Line): void {
    clearTimeout(this.renewal);
    const left = (expiry(line.token) ?? 0) - Date.now();
    // A clock that is wrong sees a token as over that was taken: then its end is waited for.
    if (left > 0) this.renewal = setTimeout(() => void this.renew(line), Math.max(LEAST_RENEW_MS, left - RENEW_MS));
  }

  /** Where there is no other token now, or it is not taken, the line ends with the one that it has. */
  private async renew(line: Line): Promise<void> {
    const token = await this.tokens.renewed(line.token).catch(() => null);
    if (line !== this.line) return;
    if (token) line.hello(token);
    this.renewSoon(line);
  }

  /** The server goes, and says when to come to the next one. */
  private move(frame: object): void {
    const after = 'after_ms' in frame ? Number(frame.after_ms) : 0;
    this.wait(Number.isFinite(after) ? after : FIRST_RETRY_MS);
  }

  private ended(line: Line, code: number): void {
    const refused = code === UNAUTHENTICATED ? line.token : undefined;
    if (line === this.coming) {
      this.coming = null;
      return this.later(refused, code);
    }
    if (line !== this.line) return;
    this.line = null;
    clearTimeout(this.renewal);
    this.set(this.state === 'down' ? 'down' : 'connecting');
    this.expectSoon();
    if (Date.now() - this.since >= SOUND_MS) this.tries = 0;
    if (this.coming || this.retry !== undefined) return;
    // A token that has had its time is no failure.
    if (refused !== undefined && this.tries === 0) {
      this.tries = 1;
      return void this.reach(refused);
    }
    this.later(refused, code);
  }

  /** Tries again, ever later, and not all consoles at once. */
  private later(refused?: string, code?: number): void {
    const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries++);
    const wait = most / 2 + (Math.random() * most) / 2;
    this.wait(code === CROWDED ? CROWDED_MS + wait : wait, refused);
  }

  private wait(ms: number, refused?: string): void {
    this.stopWaiting();
    this.retry = setTimeout(() => void this.reach(refused), ms);
  }

  private stopWaiting(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }

  private expectSoon(): void {
    this.grace ??= setTimeout(() => this.set('down'), GRACE_MS);
  }

  private set(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.watching.forEach((changed) => changed());
  }
}

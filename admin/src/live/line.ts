/** What is said of a line. */
export interface LineHears {
  frame(frame: { type: string }): void;
  /** With the code of docs/PROTOCOL.md; 0 where it went silent. Once, and not after [Line.close]. */
  ended(code: number): void;
}

/** From opening to `ready`. */
const READY_WITHIN_MS = 15_000;
/** So long nothing was heard: the server is asked whether it is there. */
const QUIET_MS = 25_000;
const PONG_WITHIN_MS = 10_000;

/** One connection of the console's socket: says hello, and notices when nobody is at the other end any more. */
export class Line {
  private readonly socket: WebSocket;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private over = false;
  ready = false;

  constructor(
    url: string,
    public token: string,
    private readonly hears: LineHears,
  ) {
    this.socket = new WebSocket(url);
    this.socket.onopen = () => this.hello(token);
    this.socket.onmessage = ({ data }) => this.hear(String(data));
    this.socket.onclose = ({ code }) => this.end(code);
    this.wait(READY_WITHIN_MS, () => this.end(0));
  }

  /** Who it is; and with a newer token, that they still are. */
  hello(token: string): void {
    this.token = token;
    this.send({ type: 'hello', token });
  }

  /** Whether it went out. What goes out may still not arrive. */
  send(frame: object): boolean {
    if (this.over || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Finds out now whether it still goes through. */
  ask(): void {
    if (!this.ready) return;
    this.send({ type: 'ping' });
    this.wait(PONG_WITHIN_MS, () => this.end(0));
  }

  /** Nothing is heard of it any more. */
  close(): void {
    this.over = true;
    clearTimeout(this.patience);
    this.socket.close();
  }

  private hear(text: string): void {
    if (this.over) return;
    const frame: unknown = JSON.parse(text);
    if (!frame || typeof frame !== 'object' || !('type' in frame) || typeof frame.type !== 'string') return;
    if (frame.type === 'ready') this.ready = true;
    if (this.ready) this.wait(QUIET_MS, () => this.ask());
    if (frame.type !== 'pong') this.hears.frame(frame as { type: string });
  }

  private wait(ms: number, then: () => void): void {
    clearTimeout(this.patience);
    this.patience = setTimeout(then, ms);
  }

  private end(code: number): void {
    if (this.over) return;
    this.close();
    this.hears.ended(code);
  }
}

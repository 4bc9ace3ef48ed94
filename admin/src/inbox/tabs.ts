/** Of the tabs of one browser: held by the one that calls, and by all that are in view. */
const CALLER = 'parlance.caller';
const IN_VIEW = 'parlance.in-view';

/** Knows whether this tab is the one that calls, and whether the console is in view in any. */
export class Tabs {
  private calls = !navigator.locks;
  private readonly stopped = new AbortController();
  private leave: (() => void) | null = null;

  start(): () => void {
    void this.hold(CALLER, 'exclusive', () => (this.calls = true));
    this.look();
    document.addEventListener('visibilitychange', this.look);
    return () => {
      document.removeEventListener('visibilitychange', this.look);
      this.leave?.();
      this.stopped.abort();
    };
  }

  /** Whether this tab is the one that calls. */
  get isCaller(): boolean {
    return this.calls;
  }

  /** Whether somebody looks at the console, in this tab or another. */
  async inView(): Promise<boolean> {
    if (document.visibilityState === 'visible') return true;
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === IN_VIEW);
  }

  private readonly look = () => {
    if (document.visibilityState === 'visible') {
      if (!this.leave) void this.hold(IN_VIEW, 'shared', () => undefined, new Promise((leave) => (this.leave = () => leave())));
    } else {
      this.leave?.();
      this.leave = null;
    }
  };

  /** Until `end`, or until this is stopped. */
  private async hold(name: string, mode: LockMode, got: () => void, end?: Promise<void>): Promise<void> {
    const { signal } = this.stopped;
    const stopped = new Promise<void>((stop) => signal.addEventListener('abort', () => stop()));
    await navigator.locks
      ?.request(name, { mode, signal }, () => {
        got();
        return end ? Promise.race([end, stopped]) : stopped;
      })
      .catch(() => undefined);
  }
}

/** Stands in for `navigator.locks`: one at a time by name, in their order. A tab that ends lets go of what it had. */
export class FakeLocks {
  private readonly had = new Map<string, Promise<unknown>>();

  request(name: string, { signal }: { signal?: AbortSignal }, got: () => Promise<unknown>): Promise<unknown> {
    const before = this.had.get(name) ?? Promise.resolve();
    const mine = before.then(() => (signal?.aborted ? undefined : got()));
    this.had.set(name, mine);
    return mine;
  }
}

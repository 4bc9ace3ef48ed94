type Hears = (event: { data: unknown }) => void;

/** Stands in for BroadcastChannel: the tabs are those of one test, and hear each other at once. */
export class Tab {
  private static readonly open = new Set<Tab>();
  onmessage: Hears | null = null;
  private readonly hearing = new Set<Hears>();

  constructor(private readonly name: string) {
    Tab.open.add(this);
  }

  addEventListener(_: 'message', hears: Hears): void {
    this.hearing.add(hears);
  }

  postMessage(data: unknown): void {
    for (const tab of Tab.open) {
      if (tab === this || tab.name !== this.name) continue;
      tab.onmessage?.({ data });
      tab.hearing.forEach((hears) => hears({ data }));
    }
  }

  close(): void {
    Tab.open.delete(this);
  }

  static closeAll(): void {
    Tab.open.clear();
  }
}

/** Stands in for BroadcastChannel: the tabs are those of one test, and hear each other at once. */
export class Tab {
  private static readonly open = new Set<Tab>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor() {
    Tab.open.add(this);
  }

  postMessage(data: unknown): void {
    for (const tab of Tab.open) if (tab !== this) tab.onmessage?.({ data });
  }

  static closeAll(): void {
    Tab.open.clear();
  }
}

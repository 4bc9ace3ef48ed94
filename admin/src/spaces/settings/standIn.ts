import type { WidgetConfig } from './config';

interface Spoken {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
}

/**
 * Stands in for the server in a frame of the widget, before the widget's script runs there: nobody is
 * counted as a visitor and nothing is kept. Returns what tells the widget of other settings, as the
 * server tells open widgets when an admin saves.
 */
export function standIn(frame: Window, first: WidgetConfig): (config: WidgetConfig) => void {
  let config = first;
  const open = new Set<Spoken>();
  const say = (to: Spoken, said: object) => to.onmessage?.({ data: JSON.stringify(said) });

  class Line implements Spoken {
    onopen: Spoken['onopen'] = null;
    onmessage: Spoken['onmessage'] = null;
    readonly readyState = 1;

    constructor() {
      open.add(this);
      setTimeout(() => this.onopen?.());
    }

    send(text: string) {
      const { type } = JSON.parse(text) as { type: string };
      if (type === 'ping') say(this, { type: 'pong' });
      if (type === 'hello') say(this, { type: 'ready', conversation: { id: 'preview', status: 'bot' }, seq: 0 });
    }

    close() {
      open.delete(this);
    }
  }

  const session = () => ({ token: 'preview', visitor: { id: 'preview' }, conversation: null, config });
  Object.defineProperties(frame, {
    fetch: { value: async () => new Response(JSON.stringify(session())) },
    WebSocket: { value: Line },
    localStorage: { value: {} },
  });
  return (next) => {
    config = next;
    open.forEach((line) => say(line, { type: 'settings', config }));
  };
}

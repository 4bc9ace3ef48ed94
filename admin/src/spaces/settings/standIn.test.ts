import { describe, expect, it, vi } from 'vitest';
import { standIn } from './standIn';

const config = { theme: { mode: 'auto', color: '#000000', position: 'right' }, prechat: [], locale: 'en', availability: { open: true, opens_at: null, closes_at: null } };

describe('what stands in for the server in a preview', () => {
  it('answers the widget, and tells it of other settings', async () => {
    const frame = {} as Window & { WebSocket: typeof WebSocket; fetch: typeof fetch };
    const tell = standIn(frame, config);
    expect(await (await frame.fetch('null/session')).json()).toMatchObject({ conversation: null, config });

    const line = new frame.WebSocket('null/socket');
    const said: { type: string }[] = [];
    line.onmessage = ({ data }) => said.push(JSON.parse(String(data)) as { type: string });
    line.onopen = () => line.send(JSON.stringify({ type: 'hello' }));
    await vi.waitFor(() => expect(said).toMatchObject([{ type: 'ready', seq: 0 }]));

    tell({ ...config, locale: 'de' });
    expect(said.at(-1)).toEqual({ type: 'settings', config: { ...config, locale: 'de' } });
    line.close();
    tell(config);
    expect(said).toHaveLength(2);
  });
});

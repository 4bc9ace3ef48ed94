import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { ask } from '../../api/http';
import { Refusal } from '../../ui/Notice';
import type { WidgetConfig } from './config';
import { useDraft } from './Draft';
import { inkOn } from './ink';
import { standIn } from './standIn';

/** The widget's own page, without the script: that comes once there is somebody to talk to. */
const pageQuery = {
  queryKey: ['widget-page'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => apart(await (await ask('/widget/frame.html', { signal })).text()),
  staleTime: Infinity,
};

function apart(html: string): { html: string; script: string } {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const script = page.querySelector('script');
  script?.remove();
  return { html: `<!doctype html>${page.documentElement.outerHTML}`, script: script?.getAttribute('src') ?? '' };
}

/** The real widget with settings that are not saved, on a corner of somebody's page. It can be looked at and not used. */
export function Preview() {
  const { config, unseen } = useDraft();
  const { data: page, error } = useQuery(pageQuery);
  const { color, position } = config?.theme ?? { color: '#2456e6', position: 'right' };
  const left = position === 'left';
  return (
    <figure aria-label="Preview of the widget" className="overflow-hidden rounded-2xl border border-line bg-ground">
      <Site />
      <div className={`-mt-24 flex flex-col gap-3 p-4 ${left ? 'items-start' : 'items-end'}`}>
        <div className="h-[min(33rem,calc(100dvh-16rem))] min-h-96 w-full max-w-[22.5rem] overflow-hidden rounded-2xl bg-panel shadow-pop">
          <Refusal error={error ?? unseen} />
          {/* What is asked before the chat, and the language, are settled when the widget opens. */}
          {config && page && <Frame key={`${config.locale} ${config.prechat.join(' ')}`} config={config} html={page.html} script={page.script} />}
        </div>
        <span aria-hidden className="grid size-14 place-items-center rounded-full shadow-pop" style={{ background: color, color: inkOn(color) }}>
          <X className="size-6" />
        </span>
      </div>
    </figure>
  );
}

function Frame({ config, html, script }: { config: WidgetConfig; html: string; script: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const tell = useRef<((config: WidgetConfig) => void) | null>(null);
  useEffect(() => tell.current?.(config), [config]);

  const start = () => {
    const inside = frame.current?.contentWindow;
    if (!inside || tell.current) return;
    tell.current = standIn(inside, config);
    const element = inside.document.createElement('script');
    element.type = 'module';
    element.src = script;
    // 1 is in sight without asking for the focus.
    const hello = { visible: 1, locale: config.locale, page: '', config };
    element.onload = () => inside.postMessage({ parlance: 'hello', data: hello }, location.origin);
    inside.document.head.append(element);
  };
  return <iframe ref={frame} title="The widget" srcDoc={html} onLoad={start} inert tabIndex={-1} className="size-full" />;
}

/** A page that might be anybody's. */
function Site() {
  return (
    <div aria-hidden className="space-y-3 p-5 pb-8">
      <div className="flex items-center gap-2">
        <span className="h-2.5 w-24 rounded-full bg-strong" />
        <span className="ms-auto h-2.5 w-10 rounded-full bg-sunken" />
        <span className="h-2.5 w-10 rounded-full bg-sunken" />
      </div>
      <div className="h-2.5 w-3/4 rounded-full bg-sunken" />
      <div className="h-2.5 w-1/2 rounded-full bg-sunken" />
    </div>
  );
}

import { CircleAlert, Pause, Sparkles } from 'lucide-react';
import type { Message } from './api';
import { GroundingMeter } from './GroundingMeter';
import { Markdown } from './Markdown';
import { clockTime, exactTime } from './time';

const BUBBLES = {
  visitor: 'rounded-es-md bg-sunken whitespace-pre-wrap wrap-anywhere',
  assistant: 'rounded-ee-md border border-line bg-panel',
  agent: 'rounded-ee-md bg-accent-fill text-on-accent [&_a]:text-inherit',
};

/**
 * One message of a transcript. The visitor is on the left; whoever answers is on the right.
 * `goesOn`: the one before is of the same author, who needs no second heading.
 */
export function MessageItem({ message, name, goesOn }: { message: Message; name: string; goesOn: boolean }) {
  const { author, text, at } = message;
  if (author.kind === 'system') return <p className="mx-auto max-w-md py-1 text-center text-xs text-mute">{text}</p>;
  const visitor = author.kind === 'visitor';
  const when = new Date(at);
  return (
    <article className={`flex max-w-[min(88%,42rem)] flex-col gap-1 ${visitor ? 'items-start' : 'items-end self-end'}`}>
      <header className={goesOn ? 'sr-only' : 'mt-2 flex items-center gap-1.5 px-1 text-xs text-mute'}>
        {author.kind === 'assistant' && <Sparkles className="size-3 text-accent" aria-hidden />}
        <span className="font-medium text-ink">{name}</span>
        <time dateTime={at} title={exactTime(when)}>
          {clockTime(when)}
        </time>
      </header>
      <div className={`max-w-full rounded-2xl px-3.5 py-2.5 leading-relaxed ${BUBBLES[author.kind]}`}>
        {!text && <span className="text-mute italic">No text</span>}
        {visitor ? <span dir="auto">{text}</span> : <Markdown text={text} claims={message.claims} />}
      </div>
      <Footer message={message} />
    </article>
  );
}

/** What an agent wants to know about an answer. */
function Footer({ message: { state, grounding, model, cached } }: { message: Message }) {
  if (state === 'complete' && grounding === null && !model) return null;
  return (
    <footer className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1 px-1 text-xs text-mute">
      {state === 'interrupted' && (
        <span className="inline-flex items-center gap-1 font-medium text-warn">
          <Pause className="size-3" aria-hidden /> Interrupted
        </span>
      )}
      {state === 'failed' && (
        <span className="inline-flex items-center gap-1 font-medium text-bad">
          <CircleAlert className="size-3" aria-hidden /> Failed before the end
        </span>
      )}
      {grounding !== null && <GroundingMeter value={grounding} />}
      {model && <span className="font-mono text-[11px]">{model}</span>}
      {cached && <span title="Answered before to the same question, at no cost">cached</span>}
    </footer>
  );
}

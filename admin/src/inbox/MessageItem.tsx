import { CircleAlert, LoaderCircle, Lock, Mail, Pause, Sparkles } from 'lucide-react';
import { Attachments } from './Attachments';
import type { Message, MessageMood, Note, StatusChange } from './api';
import { GroundingMeter } from './GroundingMeter';
import { Markdown } from './Markdown';
import { MoodMark } from './mood';
import { Sources } from './Sources';
import { changeText } from './status';
import type { Answer, Pending } from './talk';
import { clockTime, exactTime } from './time';

const BUBBLES = {
  visitor: 'rounded-es-md bg-sunken whitespace-pre-wrap wrap-anywhere',
  assistant: 'rounded-ee-md border border-line bg-panel',
  agent: 'rounded-ee-md bg-accent-fill text-on-accent [&_a]:text-inherit',
};
const bubble = 'max-w-full rounded-2xl px-3.5 py-2.5 leading-relaxed';
const ours = 'flex max-w-[min(88%,42rem)] flex-col items-end gap-1 self-end';

interface MessageProps {
  message: Message;
  name: string;
  /** The one before is of the same author, who needs no second heading. */
  goesOn: boolean;
  /** Whether the visitor has seen it, where that is worth saying. */
  seen: boolean;
  /** When it was mailed to the visitor, where it was. */
  mailedAt?: string | undefined;
  /** How it was read, where that is worth saying. */
  mood?: Omit<MessageMood, 'type'> | undefined;
}

/** One message of a transcript. The visitor is on the left; whoever answers is on the right. */
export function MessageItem({ message, name, goesOn, seen, mailedAt, mood }: MessageProps) {
  const { author, text, at, attachments } = message;
  if (author.kind === 'system') return (
      <p dir="auto" className="mx-auto max-w-md [overflow-wrap:anywhere] py-1 text-center text-xs text-mute">
        {text}
      </p>
    );
  const visitor = author.kind === 'visitor';
  const when = new Date(at);
  return (
    <article data-seq={message.seq} className={visitor ? 'flex max-w-[min(88%,42rem)] flex-col items-start gap-1' : ours}>
      <header className={goesOn ? 'sr-only' : 'mt-2 flex items-center gap-1.5 px-1 text-xs text-mute'}>
        {author.kind === 'assistant' && <Sparkles className="size-3 text-accent" aria-hidden />}
        <span className="font-medium text-ink">{name}</span>
        <time dateTime={at} title={exactTime(when)}>
          {clockTime(when)}
        </time>
      </header>
      {(text || !attachments) && (
        <div className={`${bubble} ${BUBBLES[author.kind]}`}>
          {mood && <MoodMark of={mood} />}
          {!text && <span className="text-mute italic">{message.state === 'interrupted' ? 'Stopped before the first word' : 'No text'}</span>}
          {visitor ? <span dir="auto">{text}</span> : <Markdown text={text} claims={message.claims} />}
        </div>
      )}
      <Attachments of={attachments} end={!visitor} />
      <Footer message={message} />
      {message.via === 'email' && <ByMail sender={message.sender} />}
      {mailedAt && (
        <p className="flex items-center gap-1 px-1 text-xs text-mute" title={exactTime(new Date(mailedAt))}>
          <Mail className="size-3" aria-hidden /> Sent by e-mail {clockTime(new Date(mailedAt))}
        </p>
      )}
      {seen && <p className="px-1 text-xs text-mute">Seen</p>}
    </article>
  );
}

/** That the visitor answered by e-mail. Whoever has the mail may answer it, so another address is named. */
function ByMail({ sender }: { sender: string | undefined }) {
  return (
    <p className={`flex items-center gap-1 px-1 text-xs ${sender ? 'text-warn' : 'text-mute'}`}>
      <Mail className="size-3 shrink-0" aria-hidden />
      <span className="wrap-anywhere">{sender ? `By e-mail from ${sender}, which is not the address we wrote to` : 'By e-mail'}</span>
    </p>
  );
}

/** What an agent wants to know about an answer. */
function Footer({ message: { state, grounding, model, cached, citations } }: { message: Message }) {
  if (state === 'complete' && grounding === null && !model && citations.length === 0) return null;
  return (
    <footer className="flex max-w-full flex-wrap items-center justify-end gap-x-3 gap-y-1 px-1 text-xs text-mute">
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
      {citations.length > 0 && <Sources citations={citations} />}
      {grounding !== null && <GroundingMeter value={grounding} />}
      {model && <span className="font-mono text-[11px]">{model}</span>}
      {cached && <span title="Answered before to the same question, at no cost">cached</span>}
    </footer>
  );
}

/** The answer while it is written. */
export function AnswerItem({ answer }: { answer: Answer }) {
  return (
    <article aria-busy className={ours}>
      <header className="mt-2 flex items-center gap-1.5 px-1 text-xs text-mute">
        <Sparkles className="size-3 animate-pulse text-accent" aria-hidden />
        <span className="font-medium text-ink">Assistant</span> is answering
      </header>
      <div className={`${bubble} ${BUBBLES.assistant}`}>{answer.text ? <Markdown text={answer.text} claims={answer.claims} /> : <span className="text-mute">…</span>}</div>
    </article>
  );
}

/** What is on its way, or is about to be. */
export function PendingItem({ pending: { kind, text, attachments, waits }, undo }: { pending: Pending; undo: () => void }) {
  return (
    <article className={ours}>
      {text && <div className={`${bubble} ${kind === 'note' ? 'bg-warn-soft' : BUBBLES.agent} whitespace-pre-wrap wrap-anywhere opacity-60`}>{text}</div>}
      <Attachments of={attachments} end />
      <div className="flex items-center gap-2 px-1 text-xs text-mute">
        <p role="status" className="flex items-center gap-1">
          <LoaderCircle className="size-3 animate-spin" aria-hidden /> {waits ? 'Sending' : 'On its way'}
        </p>
        {waits && (
          <button type="button" onClick={undo} className="-my-1 rounded px-1.5 py-1 font-semibold text-accent hover:bg-sunken">
            Undo
          </button>
        )}
      </div>
    </article>
  );
}

/** What agents wrote for each other. */
export function NoteItem({ note: { author, text, at, attachments } }: { note: Note }) {
  const when = new Date(at);
  return (
    <article aria-label="Note" className={ours}>
      <header className="mt-2 flex items-center gap-1.5 px-1 text-xs text-mute">
        <Lock className="size-3 text-warn" aria-hidden />
        <span className="font-medium text-ink">{author.name}</span> noted
        <time dateTime={at} title={exactTime(when)}>
          {clockTime(when)}
        </time>
      </header>
      {text && (
        <div className={`${bubble} rounded-ee-md bg-warn-soft wrap-anywhere`}>
          <Markdown text={text} />
        </div>
      )}
      <Attachments of={attachments} end />
    </article>
  );
}

/** That somebody else has it from now on. */
export function StatusItem({ change, visitor }: { change: StatusChange; visitor: string }) {
  const when = new Date(change.at);
  return (
    <p className="mx-auto flex max-w-md [overflow-wrap:anywhere] items-center gap-2 py-1 text-center text-xs text-mute">
      {changeText(change, visitor)}
      <time dateTime={change.at} title={exactTime(when)}>
        {clockTime(when)}
      </time>
    </p>
  );
}

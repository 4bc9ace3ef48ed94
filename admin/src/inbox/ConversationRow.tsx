import { Link } from '@tanstack/react-router';
import { BadgeCheck, Clock } from 'lucide-react';
import type { Conversation, Found } from './api';
import { Flag, flagOf } from './mood';
import type { InboxSearch } from './search';
import { whyItWaits } from './status';
import { StatusBadge } from './StatusBadge';
import { duration, exactTime, shortTime } from './time';
import { AgentFace, VisitorFace, visitorName } from './visitor';

const LATE_MS = 10 * 60_000;

interface RowProps {
  conversation: Conversation;
  search: InboxSearch;
  now: Date;
  /** Of its space, where there are several. */
  space?: string | undefined;
  /** Of a search: the message that is shown in place of the last one, and the words that are looked for. */
  found?: { message: Found['message']; words: readonly string[] };
}

/** A line of the inbox. */
export function ConversationRow({ conversation, search, now, space, found }: RowProps) {
  const { id, status, assignee, updated_at, waiting_since, reason, last, verified } = conversation;
  const at = found?.message.at ?? updated_at;
  const flag = flagOf(conversation, now);
  const [moment, said] = [new Date(at), found?.message ?? last];
  return (
    <Link
      to="/inbox/$conversation"
      params={{ conversation: id }}
      search={found ? { ...search, at: found.message.seq } : search}
      className="group relative flex h-full items-start gap-3 border-b border-line px-4 py-3 hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=page]:bg-accent-soft"
    >
      <span aria-hidden className="absolute inset-y-0 start-0 w-0.5 bg-accent opacity-0 group-aria-[current=page]:opacity-100" />
      <VisitorFace of={conversation} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-2">
          <span className="flex min-w-0 items-center gap-1 font-medium">
            <span className="truncate">{visitorName(conversation)}</span>
            {verified && <BadgeCheck className="size-3.5 shrink-0 self-center text-accent" aria-label="Verified" />}
          </span>
          <time dateTime={at} title={exactTime(moment)} className="shrink-0 text-xs text-mute tabular-nums">
            {shortTime(moment, now)}
          </time>
        </span>
        <span className={`mt-0.5 ${found ? 'line-clamp-2' : 'block truncate'} ${waiting_since ? 'text-ink' : 'text-mute'}`}>
          {said ? marked(preview(said), found?.words ?? []) : 'Nothing was said yet'}
        </span>
        <span className="mt-1.5 flex h-5 items-center gap-2">
          {flag && <Flag {...flag} />}
          {waiting_since ? <Waits since={new Date(waiting_since)} now={now} word={status === 'human' ? 'Unanswered' : 'Waiting'} short={flag !== undefined} /> : <StatusBadge status={status} />}
          {reason && status === 'waiting' && !flag && <span className="min-w-0 truncate text-xs text-mute">{whyItWaits(reason, visitorName(conversation))}</span>}
          {space && <span className="min-w-0 truncate text-xs text-mute">{space}</span>}
          {assignee && (
            <span className="ms-auto shrink-0">
              <AgentFace name={assignee.name} title={`With ${assignee.name}`} />
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}

const WHO = { visitor: '', assistant: 'Assistant: ', agent: '', system: '' };

function preview({ by, name, text }: NonNullable<Conversation['last']>): string {
  const who = by === 'agent' && name ? `${name.split(' ')[0]}: ` : WHO[by];
  // Somebody took over before its first word.
  if (by === 'assistant' && !text) return `${who}stopped`;
  return who + text.replace(/\s*\[S\d+\]/g, '').replace(/[*_`#>]+/g, '');
}

/** The words that are looked for stand out. */
function marked(text: string, words: readonly string[]) {
  if (words.length === 0) return text;
  const any = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const parts = text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${any})`, 'giu'));
  return parts.map((part, i) => (i % 2 === 1 ? <mark key={i} className="rounded-sm bg-warn-soft text-ink">{part}</mark> : part));
}

/** Since when somebody waits; short, where what matters more stands beside it. */
function Waits({ since, now, word, short }: { since: Date; now: Date; word: string; short: boolean }) {
  const late = now.getTime() - since.getTime() > LATE_MS;
  const how = duration(since, now);
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap tabular-nums ${late ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'}`}>
      <Clock className="size-3" aria-hidden />
      {how === 'now' ? word : <span><span className={short ? 'sr-only' : ''}>{word} </span>{how}</span>}
    </span>
  );
}

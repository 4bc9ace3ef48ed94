import { ArrowDown, ArrowUp } from 'lucide-react';
import { Fragment, lazy, Suspense, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { Button } from '../ui/Button';
import type { Author, Logged, Message, Note } from './api';
import { AnswerItem, MessageItem, NoteItem, PendingItem, StatusItem } from './MessageItem';
import type { Rated } from './Rating';
import { useStickToEnd } from './stick';
import type { TalkState } from './talk';
import { dayName, daysBetween } from './time';

const RatingItem = lazy(async () => ({ default: (await import('./Rating')).RatingItem }));

type Entry = Logged | Note | Rated;

/** The log, with the notes where they stand, and the rating at its time; `hasMore` where there is more before it. */
function together({ log, notes, rating, hasMore }: Pick<TalkState, 'log' | 'notes' | 'rating' | 'hasMore'>): Entry[] {
  const entries: Entry[] = [];
  const left = [...notes];
  const first = log[0]?.seq ?? 1;
  for (const event of log) {
    while (left[0] && left[0].after < event.seq) {
      const note = left.shift();
      // Those of events that are not read yet come with them.
      if (note && (note.after >= first - 1 || first === 1)) entries.push(note);
    }
    // Whoever took over stopped it: it was said before.
    const isStopped = event.type === 'message' && event.author.kind === 'assistant' && event.state === 'interrupted';
    entries.splice(isStopped && isTaken(entries.at(-1)) ? -1 : entries.length, 0, event);
  }
  const all = [...entries, ...left];
  if (!rating) return all;
  const behind = all.findIndex(({ at }) => Date.parse(at) > Date.parse(rating.at));
  if (behind === 0 && hasMore) return all;
  return all.toSpliced(behind < 0 ? all.length : behind, 0, rating);
}

const isTaken = (entry: Entry | undefined) => entry?.type === 'status' && entry.status === 'human';

interface TranscriptProps {
  state: TalkState;
  visitor: string;
  more: () => Promise<void>;
  /** The number of a message that is looked for. */
  at?: number | undefined;
  /** Takes back what is being sent, by its id. */
  undo: (client_id: string) => void;
}

/** All that was said, by day. It follows the conversation while its end is in view. */
export function Transcript({ state, visitor, more, at, undo }: TranscriptProps) {
  const { log, notes, mailed, rating, moods, answer, typing, pending, seen, hasMore } = state;
  const entries = useMemo(() => together({ log, notes, rating, hasMore }), [log, notes, rating, hasMore]);
  const length = entries.length + pending.length + (answer ? 1 + answer.text.length : 0) + (typing.length > 0 ? 1 : 0);
  const { box, behind, toEnd } = useStickToEnd(length);
  useLookedAt(at, box, log, hasMore ? more : undefined);
  const now = new Date();
  const lastSaid = log.findLast((event) => event.type === 'message' && event.author.kind === 'agent');
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={box}
        role="log"
        aria-label="Transcript"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain outline-accent focus-visible:outline-2 focus-visible:-outline-offset-2"
      >
        <div className="mx-auto flex max-w-4xl flex-col gap-2 px-4 py-5 sm:px-6">
          {hasMore && <Earlier more={more} />}
          {entries.map((entry, i) => {
            const last = entries[i - 1];
            const newDay = !last || daysBetween(new Date(last.at), new Date(entry.at)) !== 0;
            return (
              <Fragment key={entry.type === 'note' ? entry.id : entry.type === 'rated' ? 'rating' : entry.seq}>
                {newDay && <DayLine at={entry.at} now={now} />}
                {entry.type === 'status' && <StatusItem change={entry} visitor={visitor} />}
                {entry.type === 'note' && <NoteItem note={entry} />}
                {entry.type === 'rated' && (
                  <Suspense>
                    <RatingItem rating={entry} visitor={visitor} />
                  </Suspense>
                )}
                {entry.type === 'message' && (
                  <MessageItem
                    message={entry}
                    name={nameOf(entry.author, visitor)}
                    goesOn={!newDay && last.type === 'message' && isOfSame(last, entry)}
                    seen={entry === lastSaid && seen >= entry.seq}
                    mailedAt={mailed[entry.id]}
                    mood={moods[entry.id]}
                  />
                )}
              </Fragment>
            );
          })}
          {answer && <AnswerItem answer={answer} />}
          {pending
            .filter(({ refused }) => !refused)
            .map((one) => (
              <PendingItem key={one.client_id} pending={one} undo={() => undo(one.client_id)} />
            ))}
          {typing.length > 0 && <Typing authors={typing} visitor={visitor} />}
        </div>
      </div>
      {behind && (
        <Button className="absolute bottom-4 self-center rounded-full shadow-pop" onClick={toEnd}>
          <ArrowDown className="size-4" aria-hidden /> New messages
        </Button>
      )}
    </div>
  );
}

/** Brings a message into view once, reading earlier ones until it is there. */
function useLookedAt(at: number | undefined, box: RefObject<HTMLElement | null>, log: readonly Logged[], more: (() => Promise<void>) | undefined) {
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (!at || shown.current === at) return;
    const first = log[0]?.seq ?? 0;
    if (first > at) return void more?.().catch(() => undefined);
    shown.current = at;
    const message = box.current?.querySelector(`[data-seq="${at}"]`);
    message?.scrollIntoView({ block: 'center' });
    message?.animate?.([{ backgroundColor: 'var(--color-warn-soft)' }, {}], { duration: 2_000 });
  }, [at, box, log, more]);
}

function Earlier({ more }: { more: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  return (
    <Button
      look="quiet"
      className="self-center"
      disabled={busy}
      onClick={() => {
        setBusy(true);
        void more().finally(() => setBusy(false));
      }}
    >
      <ArrowUp className="size-4" aria-hidden /> {busy ? 'Loading…' : 'Earlier messages'}
    </Button>
  );
}

const DEFAULT_NAMES = { assistant: 'Assistant', agent: 'Agent', system: 'System' };

export function nameOf(author: Author, visitor: string): string {
  return author.kind === 'visitor' ? (author.name ?? visitor) : (author.name ?? DEFAULT_NAMES[author.kind]);
}

const isOfSame = (a: Message, b: Message) => a.author.kind === b.author.kind && a.author.id === b.author.id;

function Typing({ authors, visitor }: { authors: readonly Author[]; visitor: string }) {
  const names = authors.map((author) => nameOf(author, visitor));
  return (
    <p role="status" className="flex items-center gap-2 px-1 text-xs text-mute">
      <span aria-hidden className="flex gap-1">
        {[0, 1, 2].map((i) => (
          <span key={i} className="size-1.5 animate-pulse rounded-full bg-mute" style={{ animationDelay: `${i * 0.2}s` }} />
        ))}
      </span>
      {names.join(' and ')} {names.length === 1 ? 'is' : 'are'} typing
    </p>
  );
}

function DayLine({ at, now }: { at: string; now: Date }) {
  const line = 'before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line';
  return <h3 className={`flex items-center gap-3 pt-2 text-xs font-medium text-mute ${line}`}>{dayName(new Date(at), now)}</h3>;
}

import { ArrowDown } from 'lucide-react';
import { Fragment } from 'react';
import { Button } from '../ui/Button';
import type { Message } from './api';
import { MessageItem } from './MessageItem';
import { useStickToEnd } from './stick';
import { dayName, daysBetween } from './time';

/** All that was said, by day. It follows the conversation while its end is in view. */
export function Transcript({ messages, visitor }: { messages: Message[]; visitor: string }) {
  const { box, behind, toEnd } = useStickToEnd(messages.length);
  const now = new Date();
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
          {messages.map((message, i) => {
            const before = messages[i - 1];
            const newDay = !before || daysBetween(new Date(before.at), new Date(message.at)) !== 0;
            const name = nameOf(message, visitor);
            const goesOn = !newDay && before.author.kind === message.author.kind && nameOf(before, visitor) === name;
            return (
              <Fragment key={message.id}>
                {newDay && <DayLine at={message.at} now={now} />}
                <MessageItem message={message} name={name} goesOn={goesOn} />
              </Fragment>
            );
          })}
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

const DEFAULT_NAMES = { assistant: 'Assistant', agent: 'Agent', system: 'System' };

function nameOf({ author }: Message, visitor: string): string {
  return author.kind === 'visitor' ? (author.name ?? visitor) : (author.name ?? DEFAULT_NAMES[author.kind]);
}

function DayLine({ at, now }: { at: string; now: Date }) {
  const line = 'before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line';
  return <h3 className={`flex items-center gap-3 pt-2 text-xs font-medium text-mute ${line}`}>{dayName(new Date(at), now)}</h3>;
}

import { CirclePause, Clock } from 'lucide-react';
import { exactTime } from '../inbox/time';
import type { Deadline } from './api';
import { nextOf, toldOf } from './told';

const LOOKS = { plain: 'text-mute', warn: 'text-warn', bad: 'font-medium text-bad' };

/** By when something is promised, and whether that is near or has passed. */
export function DeadlineTag({ deadline, now }: { deadline: Deadline; now: Date }) {
  const { text, look } = toldOf(deadline, now);
  const Icon = deadline.paused_at ? CirclePause : Clock;
  return (
    <span className={`inline-flex min-w-0 items-center gap-1.5 text-xs tabular-nums ${LOOKS[look]}`} title={deadline.due_at ? exactTime(new Date(deadline.due_at)) : undefined}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      <span className="truncate">{text}</span>
    </span>
  );
}

/** The one of them that is next; nothing where none is awaited. */
export function NextDeadline({ deadlines, now }: { deadlines: readonly Deadline[]; now: Date }) {
  const next = nextOf(deadlines);
  return next && <DeadlineTag deadline={next} now={now} />;
}

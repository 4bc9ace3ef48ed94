import { CirclePause, Clock } from 'lucide-react';
import { useNow } from '../inbox/now';
import { exactTime } from '../inbox/time';
import type { Deadline } from './api';
import { nextOf, toldOf } from './told';

const LOOKS = { plain: 'text-mute', warn: 'text-warn', bad: 'font-medium text-bad' };

/** By when something is promised, and whether that is near or has passed. */
export function DeadlineTag({ deadline }: { deadline: Deadline }) {
  const { text, look } = toldOf(deadline, useNow());
  const Icon = deadline.paused_at ? CirclePause : Clock;
  return (
    <span className={`inline-flex items-center gap-1 text-xs whitespace-nowrap tabular-nums ${LOOKS[look]}`} title={deadline.due_at ? exactTime(new Date(deadline.due_at)) : undefined}>
      <Icon className="size-3.5 shrink-0" aria-hidden />
      {text}
    </span>
  );
}

/** The one of them that is next; nothing where none is awaited. */
export function NextDeadline({ deadlines }: { deadlines: readonly Deadline[] }) {
  const next = nextOf(deadlines);
  return next && <DeadlineTag deadline={next} />;
}

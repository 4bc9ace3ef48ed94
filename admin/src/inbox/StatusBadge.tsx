import { AlarmClock, Bot, CircleCheck, Hourglass, UserRound, type LucideIcon } from 'lucide-react';
import type { Status } from './api';

const LOOKS: Record<Status, { label: string; icon: LucideIcon; colours: string }> = {
  bot: { label: 'Assistant', icon: Bot, colours: 'bg-accent-soft text-accent' },
  waiting: { label: 'Waiting', icon: Hourglass, colours: 'bg-warn-soft text-warn' },
  human: { label: 'Agent', icon: UserRound, colours: 'bg-good-soft text-good' },
  snoozed: { label: 'Snoozed', icon: AlarmClock, colours: 'bg-line text-mute' },
  resolved: { label: 'Resolved', icon: CircleCheck, colours: 'bg-line text-mute' },
};

/** Who has the conversation, or that nobody has to; where it is `tight`, by the icon alone in a narrow pane. */
export function StatusBadge({ status, tight }: { status: Status; tight?: boolean }) {
  const { label, icon: Icon, colours } = LOOKS[status];
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${colours}`}>
      <Icon className="size-3" aria-hidden />
      <span className={tight ? '@max-md:sr-only' : ''}>{label}</span>
    </span>
  );
}

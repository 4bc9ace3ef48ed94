import { ArrowDown, ChevronsUp, ChevronUp, CircleCheck, CircleDot, Hourglass, Lock, Minus, type LucideIcon } from 'lucide-react';
import type { Priority, TicketStatus } from './api';

const STATUS: Record<TicketStatus, { label: string; icon: LucideIcon; colours: string }> = {
  open: { label: 'Open', icon: CircleDot, colours: 'bg-accent-soft text-accent' },
  pending: { label: 'Pending', icon: Hourglass, colours: 'bg-warn-soft text-warn' },
  resolved: { label: 'Resolved', icon: CircleCheck, colours: 'bg-good-soft text-good' },
  closed: { label: 'Closed', icon: Lock, colours: 'bg-line text-mute' },
};

const PRIORITY: Record<Priority, { label: string; icon: LucideIcon; colours: string }> = {
  urgent: { label: 'Urgent', icon: ChevronsUp, colours: 'text-bad' },
  high: { label: 'High', icon: ChevronUp, colours: 'text-warn' },
  normal: { label: 'Normal', icon: Minus, colours: 'text-mute' },
  low: { label: 'Low', icon: ArrowDown, colours: 'text-mute' },
};

export const statusLabel = (status: TicketStatus) => STATUS[status].label;
export const priorityLabel = (priority: Priority) => PRIORITY[priority].label;

/** Whose turn it is. */
export function TicketStatusBadge({ status }: { status: TicketStatus }) {
  const { label, icon: Icon, colours } = STATUS[status];
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${colours}`}>
      <Icon className="size-3" aria-hidden /> {label}
    </span>
  );
}

/** How soon it should be done. */
export function PriorityMark({ priority, named }: { priority: Priority; named?: boolean }) {
  const { label, icon: Icon, colours } = PRIORITY[priority];
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 text-xs font-medium ${colours}`} title={named ? undefined : label}>
      <Icon className="size-4" aria-hidden />
      <span className={named ? '' : 'sr-only'}>{label}</span>
    </span>
  );
}

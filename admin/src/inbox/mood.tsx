import { Flame, TriangleAlert } from 'lucide-react';
import type { Conversation, MessageMood, MoodWord, Urgent } from './api';

/** What cannot wait, in a row of the inbox. */
const URGENT: Record<Urgent, string> = {
  safety: 'Says it is unsafe',
  legal: 'Speaks of the law',
  blocked: 'Cannot go on',
  money: 'Money is at stake',
  deadline: 'Has a deadline',
  cancel: 'May leave',
};

interface FlagProps {
  text: string;
  /** All that makes it urgent, and the words that decided. */
  title: string;
  grave: boolean;
}

/** Why a conversation comes before others, besides that somebody waits; the gravest reason. */
export function flagOf({ urgency, mood }: Conversation, now: Date): FlagProps | undefined {
  const reasons = (urgency?.reasons ?? []).flatMap((reason) => {
    if (reason.kind === 'angry') return { text: 'Angry', grave: true };
    if (reason.kind === 'urgent') return { text: URGENT[reason.urgency], grave: reason.urgency === 'safety' };
    if (reason.kind === 'plan') return { text: `Plan: ${reason.plan}`, grave: false };
    if (reason.kind === 'deadline') return new Date(reason.at) <= now ? { text: 'SLA missed', grave: true } : { text: 'SLA at risk', grave: false };
    return [];
  });
  const [first] = reasons;
  return first && { ...first, title: [...new Set(reasons.map(({ text }) => text)), ...quoted(mood?.words ?? [])].join(', ') };
}

const quoted = (words: readonly MoodWord[]) => words.filter(({ kind }) => kind !== 'positive').map(({ text }) => `“${text}”`);

export function Flag({ text, title, grave }: FlagProps) {
  return (
    <span title={title} className={`inline-flex min-w-0 items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium ${grave ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'}`}>
      <TriangleAlert className="size-3 shrink-0" aria-hidden />
      <span className="truncate">{text}</span>
    </span>
  );
}

/** That a message is angry or cannot wait, with the words that say so. */
export function MoodMark({ of: { angry, urgency, words } }: { of: Omit<MessageMood, 'type'> }) {
  if (!angry && !urgency) return null;
  const says = [...(urgency ? [URGENT[urgency]] : []), ...(angry ? ['Angry'] : [])].join(', ');
  const label = [says, ...quoted(words)].join(', ');
  const Icon = urgency ? TriangleAlert : Flame;
  return (
    <span role="img" aria-label={label} title={label} className="float-end ms-2 text-bad">
      <Icon className="mt-1 size-3.5" aria-hidden />
    </span>
  );
}

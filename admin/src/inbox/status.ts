import type { StatusChange } from './api';
import { mediumTime } from './time';

/** A status change in words. */
export function changeText({ status, by, reason, assignee, until }: StatusChange, visitor: string): string {
  const who = by.kind === 'visitor' ? visitor : (by.name ?? 'Parlance');
  switch (status) {
    case 'waiting':
      return whyItWaits(reason, visitor);
    case 'human':
      if (reason === 'reopened') return `${visitor} wrote again: it is back with ${assignee?.name ?? 'its agent'}`;
      if (reason === 'snooze_ended') return `Back with ${assignee?.name ?? 'its agent'}`;
      if (reason === 'assigned') return `Assigned to ${assignee?.name ?? 'an agent'}`;
      return !assignee || assignee.id === by.id ? `${who} took over` : `${who} gave it to ${assignee.name}`;
    case 'bot':
      return reason === 'reopened' ? 'Begun anew' : `${who} handed back to the assistant`;
    case 'snoozed':
      return `${who} put it off${until ? ` until ${mediumTime(new Date(until))}` : ''}`;
    case 'resolved':
      return `${who} resolved it`;
  }
}

/** Why a person is asked for, in words. */
export const whyItWaits = (reason: string, visitor: string) => WAITING[reason]?.(visitor) ?? 'A person is asked for';

const WAITING: Record<string, (visitor: string) => string> = {
  visitor_asked: (visitor) => `${visitor} asked for a person`,
  abstained: () => 'The assistant found no answer',
  upstream: () => 'The model could not be reached',
  limit: () => 'The plan or the budget is used up',
  sentiment: (visitor) => `${visitor} is upset`,
  urgency: (visitor) => `${visitor} says it cannot wait`,
  model: () => 'The assistant asked for a person',
  email_reply: (visitor) => `${visitor} answered by e-mail`,
  agent_left: () => 'The agent is gone: it waits for another',
  snooze_ended: () => 'Back, and waiting for an agent',
};

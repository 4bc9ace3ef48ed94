import { useMutation, useQueryClient } from '@tanstack/react-query';
import { AlarmClock, ArrowRightLeft, Bot, CircleCheck, Hand, RotateCcw, type LucideIcon } from 'lucide-react';
import { useApi } from '../api/client';
import type { Shortcut } from '../app/keys';
import { useLive } from '../live/live';
import { isHeld, type Agent, type Conversation } from './api';
import { settle } from './outbox';
import { snoozes } from './snooze';
import { whenAhead } from './time';

export type Act = { act: 'take' | 'release' | 'resolve' | 'reopen' } | { act: 'transfer'; to: string } | { act: 'snooze'; until: string };

/** What can be done with a conversation by somebody who may answer, behind what they said there. */
export function useActs({ id }: Pick<Conversation, 'id'>) {
  const [api, live, queries] = [useApi(), useLive(), useQueryClient()];
  return useMutation({
    mutationFn: async ({ act, ...more }: Act) => {
      await settle(live, id);
      return api.post<Conversation>(`/api/conversations/${id}/${act}`, more);
    },
    onSuccess: (then) => queries.setQueryData(['conversation', then.id], then),
  });
}

export interface Doable {
  label: string;
  icon: LucideIcon;
  act: Act;
  shortcut?: Shortcut;
  /** What to know of it. */
  hint?: string;
}

/** What can be done with a conversation now: first of all, then the rest, when it may come back, and to whom it can go. */
export function doable(conversation: Conversation, me: string, members: readonly (Agent & { role: string })[], now: Date) {
  const { status, assignee } = conversation;
  const isMine = status === 'human' && assignee?.id === me;
  const resolve: Doable = { label: 'Resolve', icon: CircleCheck, act: { act: 'resolve' }, shortcut: 'resolve' };
  const main: Doable =
    status === 'resolved' || status === 'snoozed'
      ? { label: 'Reopen', icon: RotateCcw, act: { act: 'reopen' }, shortcut: 'take' }
      : isMine
        ? resolve
        : { label: 'Take over', icon: Hand, act: isHeld(conversation, me) ? { act: 'transfer', to: me } : { act: 'take' }, shortcut: 'take' };
  const more: Doable[] = [];
  if (status !== 'resolved' && !isMine) more.push(resolve);
  if (status === 'human' || status === 'waiting') more.push({ label: 'Hand back to the assistant', icon: Bot, act: { act: 'release' }, shortcut: 'release' });
  const later = status === 'resolved' ? [] : snoozes(now);
  const others = members.filter(({ id, role }) => role !== 'viewer' && id !== me && id !== assignee?.id);
  return {
    main,
    more,
    later: later.map(({ label, until }): Doable => ({ label, icon: AlarmClock, act: { act: 'snooze', until: until.toISOString() }, hint: whenAhead(until, now) })),
    give: others.map(({ id, name }): Doable => ({ label: name, icon: ArrowRightLeft, act: { act: 'transfer', to: id } })),
  };
}

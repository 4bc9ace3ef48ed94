import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useAssigned, useWaiting } from '../app/InboxNav';
import { useTabBadge } from '../app/title';
import { useSessionState } from '../auth/session';
import { useFrames, useLive } from '../live/live';
import type { Conversation } from './api';
import { callFor, type Call } from './calling';
import { callSettings, useCallSettings } from './callSettings';
import { chime } from './chime';
import { Tabs } from './tabs';
import { visitorName } from './visitor';

/** Conversations of which it is known how they were, those that changed last. */
const SEEN = 1_000;

/** Calls the agent to the desk: in the tab, by a notification, by a sound. Shows nothing. */
export function Attention() {
  const state = useSessionState();
  const me = state.phase === 'in' ? state.user.id : '';
  const live = useLive();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { away } = useCallSettings();
  const seen = useRef(new Map<string, Conversation>());
  const [tabs] = useState(() => new Tabs());
  useTabBadge(useWaiting() + useAssigned());
  useEffect(() => tabs.start(), [tabs]);
  useEffect(() => (away === me ? live.hold(() => ({ type: 'away', on: true }), { type: 'away', on: false }) : undefined), [away, me, live]);

  const call = async (of: Call) => {
    if (!tabs.isCaller) return;
    const { desktop, sound, away: gone } = callSettings();
    const isInFront = document.visibilityState === 'visible' && location.pathname.endsWith(`/inbox/${of.conversation}`);
    if (gone === me || isInFront) return;
    if (sound) chime();
    if (!desktop || !('Notification' in window) || Notification.permission !== 'granted' || (await tabs.inView())) return;
    // One for each conversation: what is newer takes its place.
    const note = new Notification(of.title, { body: of.text, tag: of.conversation, icon: `${import.meta.env.BASE_URL}icon.svg` });
    note.onclick = () => {
      window.focus();
      note.close();
      void navigate({ to: '/inbox/$conversation', params: { conversation: of.conversation } });
    };
  };

  useFrames('inbox.upsert', ({ conversation: now }) => {
    const before = seen.current.get(now.id) ?? queries.getQueryData<Conversation>(['conversation', now.id]);
    seen.current.delete(now.id);
    seen.current.set(now.id, now);
    for (const [oldest] of seen.current) if (seen.current.size > SEEN) seen.current.delete(oldest);
    const found = callFor(before, now, me, visitorName(now));
    if (found) void call(found);
  });
  return null;
}

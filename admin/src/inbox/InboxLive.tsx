import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useSessionState } from '../auth/session';
import { useFrames } from '../live/live';
import type { Agent, Conversation } from './api';
import { merge } from './merge';

/** Changes that come together are shown together. */
const GATHER_MS = 60;

/** Keeps every list of conversations as the socket tells it, wherever in the console one is. Shows nothing. */
export function InboxLive() {
  const queries = useQueryClient();
  const state = useSessionState();
  const me = state.phase === 'in' ? state.user.id : '';
  const changed = useRef(new Map<string, Conversation>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useFrames('inbox.upsert', ({ conversation }) => {
    changed.current.set(conversation.id, conversation);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const all = [...changed.current.values()];
      changed.current.clear();
      merge(queries, all, me);
    }, GATHER_MS);
  });
  useFrames('viewers', ({ conversation, agents }) => queries.setQueryData(['viewers', conversation], agents));
  useFrames('presence', ({ agents }) => queries.setQueryData(['presence'], agents));
  const greeted = useRef(false);
  useFrames('ready', () => {
    // What happened while the line was down was not told.
    if (greeted.current) {
      void queries.invalidateQueries({ queryKey: ['inbox'] });
      void queries.invalidateQueries({ queryKey: ['conversation'] });
    }
    greeted.current = true;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return null;
}

/** Who else looks at a conversation. */
export function useViewers(conversation: string): Agent[] {
  const state = useSessionState();
  const { data = [] } = useQuery<Agent[]>({ queryKey: ['viewers', conversation], queryFn: skipToken });
  return data.filter(({ id }) => state.phase !== 'in' || id !== state.user.id);
}

/** The agents whose console is open. */
export function usePresent(): (Agent & { away: boolean })[] {
  return useQuery<(Agent & { away: boolean })[]>({ queryKey: ['presence'], queryFn: skipToken }).data ?? [];
}

import { useEffect, useState, useSyncExternalStore } from 'react';
import { useApi } from '../api/client';
import { useSessionState } from '../auth/session';
import { useLive } from '../live/live';
import { Talk, type TalkState } from './talk';

/** A conversation that is followed as long as it is shown. */
export function useTalk(id: string): [Talk, TalkState] {
  const [api, live] = [useApi(), useLive()];
  const session = useSessionState();
  const me = session.phase === 'in' ? session.user.id : '';
  const [talk] = useState(() => new Talk(live, api, id, me));
  useEffect(() => talk.open(), [talk]);
  return [talk, useSyncExternalStore(talk.subscribe, talk.snapshot)];
}

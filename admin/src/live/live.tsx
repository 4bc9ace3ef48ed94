import { createContext, use, useEffect, useEffectEvent, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useSession } from '../auth/session';
import type { Frame, FrameType } from './frames';
import { JobBook, type Job } from './jobs';
import { Live, type LiveState } from './socket';

const LiveContext = createContext<{ live: Live; book: JobBook } | null>(null);

/** The socket of who is logged in, open as long as this is shown. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const [all] = useState(() => {
    const live = new Live(session);
    return { live, book: new JobBook(live) };
  });
  useEffect(() => {
    const close = all.book.open();
    all.live.start();
    return () => {
      all.live.stop();
      close();
    };
  }, [all]);
  return <LiveContext value={all}>{children}</LiveContext>;
}

function useAll() {
  const all = use(LiveContext);
  if (!all) throw new Error('no LiveProvider above');
  return all;
}

export function useLive(): Live {
  return useAll().live;
}

export function useLiveState(): LiveState {
  const { live } = useAll();
  return useSyncExternalStore(live.subscribe, live.snapshot);
}

/** The workspace's jobs by their id, those that run or wait and those that ended while somebody listened. */
export function useJobs(): ReadonlyMap<string, Job> {
  const { book } = useAll();
  return useSyncExternalStore(book.subscribe, book.snapshot);
}

/** Hears the frames of a type while the component is shown. */
export function useFrames<T extends FrameType>(type: T, hears: (frame: Frame<T>) => void): void {
  const live = useLive();
  const heard = useEffectEvent(hears);
  useEffect(() => live.on(type, (frame) => heard(frame)), [live, type]);
}

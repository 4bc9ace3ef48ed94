import { useEffect, useEffectEvent, useState, useSyncExternalStore, type ClipboardEvent, type RefObject } from 'react';
import { useApi } from '../api/client';
import { Attaching } from './attaching';
import type { Pending } from './outbox';
import { keepFiles, keptFiles } from './typed';

/** The files attached to the reply or the note that is being written, each for itself. */
export function useAttaching(me: string, conversation: string, kind: Pending['kind']) {
  const api = useApi();
  const [both] = useState(() => {
    const make = (as: Pending['kind']) => new Attaching(api, conversation, keptFiles(me, conversation, as), (ready) => keepFiles(me, conversation, as, ready));
    return { say: make('say'), note: make('note') };
  });
  const attaching = both[kind];
  const chips = useSyncExternalStore(attaching.subscribe, attaching.snapshot);
  return {
    attaching,
    chips,
    of: (as: Pending['kind']) => both[as],
    hasFiles: chips.some(({ state }) => state.phase === 'ready'),
    busy: chips.some(({ state }) => state.phase === 'sending'),
    /** An image that was copied; where there is text besides, that is meant. */
    paste: (event: ClipboardEvent) => {
      const { files, types } = event.clipboardData;
      if (files.length === 0 || types.includes('text/plain')) return;
      event.preventDefault();
      attaching.add([...files]);
    },
  };
}

/** Takes the files that are dropped anywhere on the conversation around `inside`; whether some are over it. */
export function useDropped(inside: RefObject<HTMLElement | null>, on: boolean, add: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const dropped = useEffectEvent(add);
  useEffect(() => {
    const section = inside.current?.closest('section');
    if (!section || !on) return;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => !section.contains(event.relatedTarget as Node | null) && setOver(false);
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      dropped([...(event.dataTransfer?.files ?? [])]);
    };
    section.addEventListener('dragover', drag);
    section.addEventListener('dragleave', leave);
    section.addEventListener('drop', drop);
    return () => {
      section.removeEventListener('dragover', drag);
      section.removeEventListener('dragleave', leave);
      section.removeEventListener('drop', drop);
      setOver(false);
    };
  }, [inside, on]);
  return over;
}

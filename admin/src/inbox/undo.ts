import { Kept, useKept } from '../app/kept';

/** For so many seconds a reply can be taken back; 0: it goes at once. */
export const UNDO_SECONDS = [0, 3, 5, 10] as const;
export type UndoSeconds = (typeof UNDO_SECONDS)[number];

/** A visitor waits, so it is short. */
const DEFAULT: UndoSeconds = 3;
const kept = new Kept('parlance.undo', (stored) => UNDO_SECONDS.find((known) => known === stored) ?? DEFAULT);

export const undoSeconds = kept.get;
export const setUndoSeconds = (seconds: UndoSeconds): void => kept.set(seconds);
export const useUndoSeconds = () => useKept(kept);

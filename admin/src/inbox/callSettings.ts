import { Kept, useKept } from '../app/kept';

/** How this browser calls its agent; all off until switched on. */
export interface CallSettings {
  desktop: boolean;
  sound: boolean;
  /** Who is away, by id: this browser may be somebody else's next. */
  away: string | null;
}

const OFF: CallSettings = { desktop: false, sound: false, away: null };
const kept = new Kept('parlance.calls', (stored): CallSettings => ({ ...OFF, ...(stored as Partial<CallSettings> | null) }));

export const callSettings = kept.get;
export const setCalls = (change: Partial<CallSettings>): void => kept.set({ ...kept.get(), ...change });
export const useCallSettings = () => useKept(kept);

import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { useLive } from '../live/live';
import { Drafting, type DraftingState, type DraftKind } from './drafting';

/** Where a draft is asked for besides the composer itself: the palette. */
const asked = new EventTarget();
const ASK = 'ask';

export const askForDraft = (kind: DraftKind) => void asked.dispatchEvent(new CustomEvent<DraftKind>(ASK, { detail: kind }));

interface Field {
  /** What the agent has written to the visitor. */
  text: string;
  offered: readonly DraftKind[];
  /** Puts another text in its place. */
  write: (text: string) => void;
  /** Something is drafted that will be. */
  begun: () => void;
}

/** Drafts for a conversation that is open, and for the field in it. */
export function useDrafting(me: string, conversation: string, { text, offered, write, begun }: Field) {
  const live = useLive();
  const [drafting] = useState(() => new Drafting(live, conversation, me));
  const begin = (kind: DraftKind) => {
    if (!offered.includes(kind)) return;
    if (kind !== 'summary') begun();
    drafting.begin(kind, text);
  };
  const replace = useEffectEvent((draft: string) => {
    write(draft);
    return text;
  });
  const wanted = useEffectEvent(begin);
  useEffect(() => drafting.open((draft) => replace(draft)), [drafting]);
  useEffect(() => {
    const hear = (event: Event) => wanted((event as CustomEvent<DraftKind>).detail);
    asked.addEventListener(ASK, hear);
    return () => asked.removeEventListener(ASK, hear);
  }, []);
  const drafts: DraftingState = useSyncExternalStore(drafting.subscribe, drafting.snapshot);
  return { drafting, drafts, begin };
}

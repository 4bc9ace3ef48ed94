import { useRef } from 'react';
import type { Talk } from './talk';

/** Between two words that one types. */
const TYPING_EVERY_MS = 3_000;

/** Says that one types, now and then, and that one has stopped. */
export function useTyping(talk: Talk) {
  const said = useRef(0);
  return {
    typed(on: boolean) {
      const now = Date.now();
      if (on && now - said.current < TYPING_EVERY_MS) return;
      if (!on && said.current === 0) return;
      said.current = on ? now : 0;
      talk.typing(on);
    },
  };
}

import { useState } from 'react';
import { Kept, useKept } from '../app/kept';
import { useMedia } from '../ui/media';

/** Whether they are wanted; null where nobody has said. */
const wanted = new Kept('parlance.details', (stored) => (typeof stored === 'boolean' ? stored : null));

/** Whether the details stand beside the conversation, which this browser keeps. Where there is no room they come over it, until they are closed. */
export function useDetails(): [shown: boolean, toggle: () => void] {
  const isBeside = useMedia('(width >= 80rem)');
  const isRoomy = useMedia('(width >= 90rem)');
  const beside = useKept(wanted) ?? isRoomy;
  const [over, setOver] = useState(false);
  return isBeside ? [beside, () => wanted.set(!beside)] : [over, () => setOver(!over)];
}

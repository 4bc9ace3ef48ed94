import type { GapReason } from './api';
import type { GapSort, GapState } from './search';

export const STATE_WORDS: Record<GapState | 'all', string> = { open: 'Open', answered: 'Answered', dismissed: 'Dismissed', all: 'All' };
export const SORT_WORDS: Record<GapSort, string> = { count: 'Most asked', trend: 'Growing', newest: 'Newest' };
export const REASON_WORDS: Record<GapReason, string> = {
  abstained: 'no answer found',
  low_grounding: 'weak sources',
  thumbs_down: 'thumbs down',
  handed_over: 'handed to a person',
};

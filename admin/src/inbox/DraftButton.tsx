import { Sparkles } from 'lucide-react';

export const DRAFT_LOOK = 'inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs font-medium text-mute hover:bg-sunken hover:text-ink';

export function DraftLabel() {
  return (
    <>
      <Sparkles className="size-3.5" aria-hidden /> Draft
    </>
  );
}

/** Stands where the menu of drafts will be, which is loaded once somebody wants it. */
export function DraftButton({ open }: { open?: () => void }) {
  return (
    <button type="button" aria-haspopup="menu" onClick={open} className={DRAFT_LOOK}>
      <DraftLabel />
    </button>
  );
}

import { FileText, Languages, Link, NotebookPen, PenLine, Scissors, Sparkles, Square, TriangleAlert, Undo2, X, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { asSentence } from '../api/problem';
import { SHORTCUTS } from '../app/keys';
import { Button } from '../ui/Button';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../ui/Menu';
import { DRAFT_LOOK, DraftLabel } from './DraftButton';
import { isAsDrafted, type Draft, type DraftingState, type DraftKind, type Proposed } from './drafting';
import { GroundingMeter } from './GroundingMeter';
import { sourceLink } from './link';
import { Sources } from './Sources';

/** Below this a statement is shown as one that its sources do not back; as in the transcript. */
const SUPPORTED = 0.5;

const KINDS: Record<DraftKind, { label: string; icon: LucideIcon }> = {
  reply: { label: 'Draft a reply', icon: Sparkles },
  summary: { label: 'Summarise', icon: FileText },
  rephrase: { label: 'Rephrase', icon: PenLine },
  shorter: { label: 'Shorter', icon: Scissors },
  translate: { label: 'Translate', icon: Languages },
};
const isRewrite = (kind: DraftKind) => kind !== 'reply' && kind !== 'summary';

interface MenuProps {
  /** What can be drafted here. */
  offered: readonly DraftKind[];
  writing: DraftingState['writing'];
  /** Whether it begins open. */
  isWanted: boolean;
  /** Whether there is something to rewrite. */
  hasText: boolean;
  /** The visitor's language. */
  locale: string | null;
  begin: (kind: DraftKind) => void;
  stop: () => void;
}

/** What can be drafted, and while it is, how to stop it. */
export function DraftMenu({ offered, writing, isWanted, hasText, locale, begin, stop }: MenuProps) {
  const [isOpen, setIsOpen] = useState(isWanted);
  if (writing) {
    return (
      <button type="button" onClick={stop} title={`Stop (${SHORTCUTS.leave.keys[0]})`} className={DRAFT_LOOK}>
        <Square className="size-3 fill-current" aria-hidden /> Stop
      </button>
    );
  }
  return (
    <Menu open={isOpen} onOpenChange={setIsOpen}>
      <MenuTrigger className={DRAFT_LOOK}>
        <DraftLabel />
      </MenuTrigger>
      <MenuContent align="end" side="top">
        {offered.map((kind) => {
          const { label, icon: Icon } = KINDS[kind];
          const hint = kind === 'reply' ? SHORTCUTS.draft.keys[0].toUpperCase() : kind === 'translate' && locale ? languageOf(locale) : undefined;
          return (
            <MenuItem key={kind} disabled={isRewrite(kind) && !hasText} onSelect={() => begin(kind)}>
              <Icon className="size-4 text-mute" aria-hidden /> {label}
              {hint && <span className="ms-auto ps-6 text-xs text-mute">{hint}</span>}
            </MenuItem>
          );
        })}
      </MenuContent>
    </Menu>
  );
}

function languageOf(locale: string): string | undefined {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(locale);
  } catch {
    return undefined;
  }
}

interface StripProps {
  state: DraftingState;
  /** The reply as it is now. */
  text: string;
  takeBack: () => void;
  addSources: () => void;
  /** Why there is no draft was read. */
  dismiss: () => void;
}

/** Below what was drafted: how far its sources back it, and what can be done with it. */
export function DraftStrip({ state: { proposed, refused }, text, takeBack, addSources, dismiss }: StripProps) {
  return (
    <div className="space-y-1.5 border-t border-line px-3 py-2 text-xs text-mute">
      {refused && (
        <div className="flex items-center gap-2">
          <p role="alert" className="min-w-0 text-warn">
            {asSentence(refused)}
          </p>
          <button type="button" aria-label="Close" title="Close" onClick={dismiss} className="ms-auto grid size-7 shrink-0 place-items-center rounded-md hover:bg-sunken hover:text-ink">
            <X className="size-3.5" aria-hidden />
          </button>
        </div>
      )}
      {proposed && <Proposal proposed={proposed} now={text} takeBack={takeBack} addSources={addSources} />}
    </div>
  );
}

function Proposal({ proposed: { draft, before }, now, takeBack, addSources }: { proposed: Proposed; now: string; takeBack: () => void; addSources: () => void }) {
  const isChanged = !isAsDrafted(draft, now);
  const isUndo = before !== '' && !isChanged;
  const { text, state, citations, grounding, claims, model } = draft;
  const weak = claims.filter(({ support }) => support < SUPPORTED).map(({ start, end }) => text.slice(start, end).trim());
  const small = 'h-7! px-2! text-xs';
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="inline-flex items-center gap-1 font-medium text-ink">
          <Sparkles className="size-3 text-accent" aria-hidden /> Draft{state === 'interrupted' && ', not finished'}
        </span>
        {grounding !== null && <GroundingMeter value={grounding} />}
        {model && <span className="font-mono text-[11px] max-sm:hidden">{model}</span>}
        <span className="ms-auto flex gap-1">
          {citations.some(({ url }) => sourceLink(url)) && (
            <Button look="quiet" className={small} onClick={addSources}>
              <Link className="size-3" aria-hidden /> Add sources
            </Button>
          )}
          <Button look="quiet" className={small} onClick={takeBack} title={isChanged ? 'What you wrote stays' : undefined}>
            {isUndo ? <Undo2 className="size-3" aria-hidden /> : <X className="size-3" aria-hidden />} {isUndo ? 'Undo' : 'Discard'}
          </Button>
        </span>
      </div>
      {weak.map((statement) => (
        <p key={statement} className="flex gap-1.5 text-warn">
          <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
          <span className="min-w-0">No source backs “{statement}”</span>
        </p>
      ))}
      {citations.length > 0 && <Sources citations={citations} />}
    </>
  );
}

interface SummaryProps {
  summary: Draft | null;
  writing: DraftingState['writing'];
  note: () => void;
  close: () => void;
  stop: () => void;
}

/** What was said so far, for the agent. */
export function DraftSummary({ summary, writing, note, close, stop }: SummaryProps) {
  const done = summary !== null && !writing;
  return (
    <section aria-label="Summary" aria-busy={!done} className="mx-auto max-w-4xl px-3 pt-3 sm:px-6">
      <div className="rounded-xl border border-line bg-sunken p-3">
        <header className="flex items-center gap-2">
          <h3 className="flex items-center gap-1.5 text-xs font-medium">
            <FileText className="size-3.5 text-accent" aria-hidden /> Summary
          </h3>
          <span className="ms-auto flex gap-1">
            {done && (
              <Button look="quiet" className="h-7! px-2! text-xs" onClick={note}>
                <NotebookPen className="size-3" aria-hidden /> Add as note
              </Button>
            )}
            <button
              type="button"
              aria-label={done ? 'Close the summary' : 'Stop the summary'}
              onClick={done ? close : stop}
              className="grid size-7 place-items-center rounded-md text-mute hover:bg-panel hover:text-ink"
            >
              {done ? <X className="size-3.5" aria-hidden /> : <Square className="size-3 fill-current" aria-hidden />}
            </button>
          </span>
        </header>
        <p dir="auto" tabIndex={0} className="mt-1 max-h-48 overflow-y-auto leading-relaxed whitespace-pre-wrap wrap-anywhere">
          {(writing ?? summary)?.text || '…'}
        </p>
      </div>
    </section>
  );
}

import { Lock, MessageSquareQuote, MessageSquareReply, SendHorizontal } from 'lucide-react';
import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import { sentence } from '../api/problem';
import { isPressed, SHORTCUTS, useKeys } from '../app/keys';
import { useSessionState } from '../auth/session';
import type { CannedReply } from '../canned/api';
import { useValues } from '../canned/values';
import { fill } from '../canned/variables';
import { Button } from '../ui/Button';
import { useActs } from './acts';
import { isHeld, type Conversation } from './api';
import { AttachButton } from './AttachButton';
import { CannedMenu, useCanned } from './CannedMenu';
import { DraftButton } from './DraftButton';
import { withSources } from './drafting';
import { KindTab } from './KindTab';
import { Refused } from './Refused';
import { TakeOver } from './TakeOver';
import type { Pending, Talk, TalkState } from './talk';
import { Then } from './Then';
import { useTyping } from './typing';
import { undoSeconds } from './undo';
import { useAttaching, useDropped } from './useAttaching';
import { useDrafting } from './useDrafting';
import { useTexts } from './useTexts';

const Chips = lazy(async () => ({ default: (await import('./Chips')).Chips }));
const DraftMenu = lazy(async () => ({ default: (await import('./Drafts')).DraftMenu }));
const DraftStrip = lazy(async () => ({ default: (await import('./Drafts')).DraftStrip }));
const DraftSummary = lazy(async () => ({ default: (await import('./Drafts')).DraftSummary }));

const MAX_TEXT = 4_000;

interface ComposerProps {
  conversation: Conversation;
  talk: Talk;
  state: TalkState;
}

/** Where an agent writes: to the visitor, or a note for the team. What is typed is kept until it is sent. */
export function Composer({ conversation, talk, state }: ComposerProps) {
  const session = useSessionState();
  const me = session.phase === 'in' ? session.user.id : '';
  const [kind, setKind] = useState<Pending['kind']>('say');
  const { texts, keep, sent: isSent } = useTexts(me, conversation.id);
  const text = texts[kind];
  const area = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping(talk);
  const { status } = conversation;
  const held = isHeld(conversation, me);
  const closed = kind === 'say' && held;

  const { attaching, chips, of: attachedTo, hasFiles, busy, paste } = useAttaching(me, conversation.id, kind);
  const root = useRef<HTMLDivElement>(null);
  const dropping = useDropped(root, !closed, (files) => attaching.add(files));

  const [caret, setCaret] = useState(text.length);
  const [macro, setMacro] = useState<CannedReply | null>(null);
  /** Whether the menu of drafts is wanted. */
  const [menu, setMenu] = useState(false);
  /** Of the last reply. */
  const sent = useRef<CannedReply | null>(null);
  /** The drafts that were taken back. */
  const taken = useRef<Partial<Record<Pending['kind'], string | undefined>>>({});
  const acts = useActs(conversation);
  const values = useValues(conversation);

  const put = (as: Pending['kind'], next: string) => {
    keep(as, next);
    if (as === 'note') return;
    if (!next) setMacro(null);
    if (kind === 'say') typing.typed(next !== '');
  };
  const change = (next: string) => {
    put(kind, next);
    setCaret(area.current?.selectionStart ?? next.length);
  };
  const show = (as: Pending['kind']) => {
    setKind(as);
    setCaret(texts[as].length);
    setMenu(false);
  };
  const write = (as: Pending['kind']) => {
    show(as);
    area.current?.focus();
  };
  const carryOut = ({ act, snooze_minutes }: CannedReply) => {
    if (act === 'resolve') acts.mutate({ act });
    else if (act === 'snooze') acts.mutate({ act, until: new Date(Date.now() + (snooze_minutes ?? 0) * 60_000).toISOString() });
  };
  const canned = useCanned(conversation, {
    text,
    caret,
    on: kind === 'say' && !closed,
    insert: (reply, start) => {
      // By the field itself, so that its caret ends up behind what was inserted.
      area.current?.setRangeText(fill(reply.text, values), start, caret, 'end');
      change(area.current?.value ?? '');
      if (reply.act) setMacro(reply);
    },
  });
  const waiting = state.pending.find(({ waits }) => waits);
  const returned = useEffectEvent((one: Pending) => {
    const begun = texts[one.kind];
    put(one.kind, begun ? `${one.text}\n\n${begun}` : one.text);
    if (one.attachments) attachedTo(one.kind).putBack(one.attachments, one.refused?.code === 'attachment_unknown');
    if (one.waits) setMacro(sent.current);
    taken.current[one.kind] = one.draft;
    write(one.kind);
  });
  useEffect(() => talk.outbox.onReturn((one) => returned(one)), [talk]);
  const offered = held ? state.drafts.filter((one) => one === 'summary') : state.drafts;
  const { drafting, drafts, begin } = useDrafting(me, conversation.id, { text: texts.say, offered, write: (next) => put('say', next), begun: () => write('say') });
  const { writing, proposed, summary, refused: notDrafted } = drafts;
  const isWriting = kind === 'say' && writing !== null && writing.kind !== 'summary';
  const shown = isWriting ? writing.text : text;
  const maySend = (text.trim() !== '' || hasFiles) && text.length <= MAX_TEXT && !busy && !isWriting;
  const rewrite = (next: string) => {
    put('say', next);
    area.current?.focus();
  };

  const send = () => {
    const said = text.trim();
    if (!maySend || closed) return;
    const attachments = attaching.take();
    const { [kind]: draft } = taken.current;
    taken.current[kind] = undefined;
    isSent(kind);
    if (kind === 'note') {
      talk.outbox.say(kind, said, { draft, attachments });
      // Where a reply is begun, the next Enter would send it.
      if (!texts.say) show('say');
      return;
    }
    const then = macro ? () => carryOut(macro) : undefined;
    talk.outbox.say(kind, said, { then, draft: drafting.use() ?? draft, attachments, wait_ms: undoSeconds() * 1_000 });
    sent.current = macro;
    setMacro(null);
    typing.typed(false);
  };
  /** For who has no key for it, or does not know of it. */
  const slash = () => {
    const element = area.current;
    if (!element) return;
    element.focus();
    const before = element.value.slice(0, element.selectionStart);
    element.setRangeText(/(^|\s)$/.test(before) ? '/' : ' /', element.selectionStart, element.selectionEnd, 'end');
    change(element.value);
  };
  useKeys({ reply: () => write('say'), note: () => write('note'), draft: () => begin('reply'), ...(waiting && !text && { undo: () => talk.outbox.takeBack(waiting.client_id) }) });
  // As high as what is in it.
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [shown, closed]);

  const pressed = (event: KeyboardEvent) => {
    if (writing && isPressed('leave', event)) return drafting.stop();
    if (canned.pressed(event)) return;
    if (isPressed('send', event) && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (isPressed('leave', event)) area.current?.blur();
  };
  const mayDraft = kind === 'say' && offered.length > 0;
  const refused = state.pending.filter((one) => one.refused);
  const note = () => {
    if (summary) talk.outbox.say('note', summary.text, { draft: drafting.useSummary() });
  };
  return (
    <div ref={root} className="shrink-0 border-t border-line bg-panel">
      {refused.map((one) => (
        <Refused key={one.client_id} pending={one} talk={talk} conversation={conversation} me={me} />
      ))}
      <Suspense>
        {(summary || writing?.kind === 'summary') && (
          <DraftSummary summary={summary} writing={writing?.kind === 'summary' ? writing : null} note={note} close={() => drafting.closeSummary()} stop={() => drafting.stop()} />
        )}
      </Suspense>
      <p role="status" className="sr-only">
        {writing ? 'A draft is being written' : proposed || summary ? 'The draft is ready' : ''}
      </p>
      <div className="mx-auto max-w-4xl px-3 py-3 sm:px-6">
        <div className={`relative rounded-xl border focus-within:border-accent ${dropping ? 'outline-2 outline-accent' : ''} ${kind === 'note' ? 'border-warn/40 bg-warn-soft' : 'border-strong bg-panel'}`}>
          <CannedMenu canned={canned} />
          <div className="flex items-center px-2 pt-2">
            <div role="tablist" aria-label="What to write" className="flex gap-1">
              <KindTab label="Reply" icon={MessageSquareReply} on={kind === 'say'} choose={() => write('say')} hint={SHORTCUTS.reply.keys[0]} />
              <KindTab label="Note" icon={Lock} on={kind === 'note'} choose={() => write('note')} hint={SHORTCUTS.note.keys[0]} />
            </div>
            <span className="ms-auto flex">
              {mayDraft && !menu && !writing && <DraftButton open={() => setMenu(true)} />}
              <Suspense fallback={<DraftButton />}>
                {(writing || (mayDraft && menu)) && (
                  <DraftMenu
                    isWanted={menu}
                    offered={offered}
                    writing={writing}
                    hasText={texts.say.trim() !== '' && texts.say.length <= MAX_TEXT}
                    locale={conversation.locale}
                    begin={begin}
                    stop={() => drafting.stop()}
                  />
                )}
              </Suspense>
            </span>
            {!closed && (
              <AttachButton
                add={(files) => {
                  attaching.add(files);
                  area.current?.focus();
                }}
              />
            )}
            {kind === 'say' && !closed && (
              <button
                type="button"
                aria-label="Insert a canned reply"
                title="Insert a canned reply (/)"
                onClick={slash}
                className="ms-1 grid size-7 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink"
              >
                <MessageSquareQuote className="size-3.5" aria-hidden />
              </button>
            )}
          </div>
          <Suspense>{chips.length > 0 && !closed && <Chips chips={chips} attaching={attaching} />}</Suspense>
          {closed ? (
            <TakeOver conversation={conversation} me={me} />
          ) : (
            <div className="flex items-end gap-2 p-2 ps-3">
              <textarea
                ref={area}
                aria-label={kind === 'note' ? 'Note for the team' : 'Reply to the visitor'}
                rows={1}
                value={shown}
                readOnly={isWriting}
                aria-busy={isWriting}
                placeholder={dropping ? 'Drop files to attach them' : kind === 'note' ? 'Only your team reads this' : PLACEHOLDERS[status]}
                onChange={({ target }) => {
                  change(target.value);
                  drafting.dismiss();
                }}
                onKeyDown={pressed}
                onPaste={paste}
                onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
                onBlur={() => {
                  typing.typed(false);
                  canned.dismiss();
                }}
                {...canned.field}
                dir="auto"
                className="max-h-60 min-h-9 flex-1 resize-none bg-transparent py-1.5 text-base leading-relaxed outline-none placeholder:truncate placeholder:text-mute sm:text-sm"
              />
              <Button look="primary" className="px-3" disabled={!maySend} onClick={send} aria-label={kind === 'note' ? 'Write the note' : 'Send'}>
                <SendHorizontal className="size-4" aria-hidden />
              </Button>
            </div>
          )}
          <Suspense>
            {kind === 'say' && (proposed || notDrafted) && (
              <DraftStrip
                state={drafts}
                text={text}
                takeBack={() => rewrite(drafting.takeBack(text))}
                addSources={() => proposed && rewrite(withSources(text, proposed.draft.citations))}
                dismiss={() => drafting.dismiss()}
              />
            )}
          </Suspense>
          {macro && kind === 'say' && !closed && <Then macro={macro} drop={() => setMacro(null)} />}
        </div>
        {acts.error && (
          <p role="alert" className="mt-2 text-xs text-bad">
            Your reply was sent; what was to follow was not done. {sentence(acts.error)}
          </p>
        )}
        {text.length > MAX_TEXT * 0.9 && (
          <p role="status" className={`mt-1 text-end text-xs tabular-nums ${text.length > MAX_TEXT ? 'text-bad' : 'text-mute'}`}>
            {text.length} of {MAX_TEXT} characters
          </p>
        )}
      </div>
    </div>
  );
}

const PLACEHOLDERS = {
  bot: 'Write, and you take over',
  waiting: 'Write, and it is yours',
  human: 'Write to the visitor',
  snoozed: 'Write, and it is open again',
  resolved: 'Write, and it is open again',
};

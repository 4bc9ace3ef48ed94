import type { Frame } from '../live/frames';
import type { Live } from '../live/socket';
import type { Citation, Claim } from './api';
import { sourceLink } from './link';
import { forgetDraft, keepDraft, keptDraft } from './typed';

export type DraftKind = 'reply' | 'summary' | 'rephrase' | 'shorter' | 'translate';

/** What a model proposes. */
export interface Draft {
  id: string;
  kind: DraftKind;
  text: string;
  state: 'complete' | 'interrupted' | 'failed';
  /** What a reply is drawn from. */
  citations: Citation[];
  grounding: number | null;
  claims: Claim[];
  model: string | null;
  /** There is nothing to draw a reply from. */
  abstained?: boolean;
}

/** What was put in the place of the agent's text, and that. */
export interface Proposed {
  draft: Draft;
  before: string;
}

export interface DraftingState {
  /** What is being written, as far as it is. */
  writing: { id: string; kind: DraftKind; text: string } | null;
  proposed: Proposed | null;
  summary: Draft | null;
  /** Why there is none. */
  refused: string | null;
}

const IDLE: DraftingState = { writing: null, proposed: null, summary: null, refused: null };
const UNCONNECTED = 'there is no connection: try again in a moment';

/** What is drafted for this agent in one conversation: one at a time, told by the socket. */
export class Drafting {
  private state: DraftingState;
  private readonly watching = new Set<() => void>();

  constructor(
    private readonly live: Live,
    private readonly conversation: string,
    /** The agent, for whom what is proposed outlives the page. */
    private readonly me: string,
  ) {
    this.state = { ...IDLE, proposed: keptDraft(me, conversation) };
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.state;

  private set(change: Partial<DraftingState>): void {
    this.state = { ...this.state, ...change };
    this.watching.forEach((changed) => changed());
  }

  /** Hears of drafts until it is called off; `replace` puts a finished one in the place of the agent's text, and gives that. */
  open(replace: (text: string) => string): () => void {
    const { live } = this;
    const off = [
      live.on('draft.delta', ({ id, text }) => {
        const { writing } = this.state;
        if (writing?.id === id) this.set({ writing: { ...writing, text: writing.text + text } });
      }),
      live.on('draft.end', (draft) => this.end(draft, replace)),
      live.on('error', ({ conversation, client_id, detail }) => {
        const { writing } = this.state;
        if (writing && conversation === this.conversation && client_id === writing.id) this.set({ writing: null, refused: detail });
      }),
      live.on('ready', () => {
        // The server stops what is drafted for a line that breaks.
        if (this.state.writing) this.set({ writing: null, refused: 'the connection was lost: try again' });
        else if (this.state.refused === UNCONNECTED) this.dismiss();
      }),
    ];
    return () => off.forEach((end) => end());
  }

  private end(draft: Frame<'draft.end'>, replace: (text: string) => string): void {
    if (draft.id !== this.state.writing?.id) return;
    const done = { writing: null, refused: draft.state === 'failed' ? 'the model did not finish: try again' : null };
    if (draft.abstained) this.set({ ...done, refused: 'nothing in the documents answers this' });
    else if (!draft.text) this.set(done);
    else if (draft.kind === 'summary') this.set({ ...done, summary: draft });
    else {
      const { proposed: last } = this.state;
      const text = replace(draft.text);
      const proposed = { draft, before: last && isAsDrafted(last.draft, text) ? last.before : text };
      keepDraft(this.me, this.conversation, proposed);
      this.set({ ...done, proposed });
    }
  }

  /** Has something drafted; `text` is what the agent has written. */
  begin(kind: DraftKind, text: string): void {
    if (this.state.writing) return;
    const id = crypto.randomUUID();
    const rewritten = kind === 'reply' || kind === 'summary' ? {} : { text };
    const sent = this.live.send({ type: 'draft', conversation: this.conversation, id, kind, ...rewritten });
    this.set(sent ? { writing: { id, kind, text: '' }, refused: null } : { refused: UNCONNECTED });
  }

  /** Why there is none was read. */
  dismiss(): void {
    if (this.state.refused) this.set({ refused: null });
  }

  /** What there is of it stays. */
  stop(): void {
    this.live.send({ type: 'draft.stop', conversation: this.conversation });
  }

  /** What the reply is without what was proposed: the agent's text before it, or `text` where they have changed it since. */
  takeBack(text: string): string {
    const { proposed } = this.state;
    if (!proposed) return text;
    this.discard(proposed.draft);
    this.forget();
    return isAsDrafted(proposed.draft, text) ? proposed.before : text;
  }

  closeSummary(): void {
    this.discard(this.state.summary ?? undefined);
    this.set({ summary: null });
  }

  /** That the agent sends what was proposed, changed or not: its id, once. */
  use(): string | undefined {
    const id = this.state.proposed?.draft.id;
    this.forget();
    return id;
  }

  /** The same of a summary that becomes a note. */
  useSummary(): string | undefined {
    const id = this.state.summary?.id;
    this.set({ summary: null });
    return id;
  }

  private forget(): void {
    const { proposed } = this.state;
    if (proposed) forgetDraft(this.me, this.conversation, proposed.draft.id);
    this.set({ proposed: null, refused: null });
  }

  private discard(draft: Draft | undefined): void {
    if (draft) this.live.send({ type: 'draft.discard', conversation: this.conversation, id: draft.id });
  }
}

/** Whether there is nothing of the agent's own in a text that takes the place of a draft. */
export function isAsDrafted({ text, citations }: Draft, now: string): boolean {
  return ['', text, withSources(text, citations)].includes(now);
}

/** A reply with links to what it is drawn from. */
export function withSources(text: string, citations: readonly Citation[]): string {
  const links = citations.flatMap(({ title, url }) => {
    const link = sourceLink(url);
    return link ? [`${title}: ${link}`] : [];
  });
  return `${text.trimEnd()}\n\n${[...new Set(links)].join('\n')}`;
}

import type { Api } from '../api/client';
import { sentence } from '../api/problem';
import type { Attachment } from './api';
import type { KeptFile } from './typed';

/** As the server has them. */
const MOST_BYTES = 10 << 20;
const MOST_FILES = 10;
/** What the server takes, for the browser's own window to choose from. */
export const ACCEPTED = 'image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain,.md,.csv,.tsv,.json,.log';

/** A file that is attached. `ready`: the server has it, and it can be sent. */
export type AttachingState = { phase: 'sending'; percent: number } | { phase: 'refused'; why: string; retry: boolean } | { phase: 'ready'; attachment: Attachment };

export interface Chip {
  key: number;
  name: string;
  size: number;
  state: AttachingState;
}

/** The files that are attached to what somebody writes. Each is uploaded at once. */
export class Attaching {
  private list: readonly Chip[];
  private readonly files = new Map<number, { file: File; stop: AbortController }>();
  private readonly watching = new Set<() => void>();
  private made = 0;

  /**
   * @param kept what was uploaded before, and not sent
   * @param changed called with what can be sent whenever that is another
   */
  constructor(
    private readonly api: Api,
    private readonly conversation: string,
    kept: readonly Attachment[],
    private readonly changed: (ready: readonly Attachment[]) => void,
  ) {
    this.list = kept.map((attachment) => this.chip(attachment));
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.list;

  get ready(): Attachment[] {
    return this.list.flatMap(({ state }) => (state.phase === 'ready' ? [state.attachment] : []));
  }

  add(files: readonly File[]): void {
    for (const file of files) {
      const key = ++this.made;
      const why = this.list.length >= MOST_FILES ? `At most ${MOST_FILES} files are sent at once.` : file.size > MOST_BYTES ? 'A file has at most 10 MB.' : '';
      this.set([...this.list, { key, name: file.name, size: file.size, state: why ? { phase: 'refused', why, retry: false } : { phase: 'sending', percent: 0 } }]);
      if (why) continue;
      this.files.set(key, { file, stop: new AbortController() });
      void this.send(key);
    }
  }

  /** Once more, what did not get through. */
  again(key: number): void {
    this.become(key, { phase: 'sending', percent: 0 });
    void this.send(key);
  }

  remove(key: number): void {
    this.files.get(key)?.stop.abort();
    this.files.delete(key);
    this.set(this.list.filter((one) => one.key !== key));
  }

  /** Gives what can be sent; what cannot stays in sight. */
  take(): Attachment[] {
    const { ready } = this;
    if (ready.length > 0) this.set(this.list.filter(({ state }) => state.phase !== 'ready'));
    return ready;
  }

  /** What was taken, and was not sent after all; where the server has it no more, that is said. */
  putBack(attachments: readonly Attachment[], gone = false): void {
    const state: AttachingState = { phase: 'refused', why: 'The server has it no more: attach it again.', retry: false };
    this.set([...attachments.map((attachment) => ({ ...this.chip(attachment), ...(gone && { state }) })), ...this.list]);
  }

  private chip(attachment: Attachment): Chip {
    return { key: ++this.made, name: attachment.name, size: attachment.size, state: { phase: 'ready', attachment } };
  }

  private async send(key: number): Promise<void> {
    const of = this.files.get(key);
    if (!of) return;
    const form = new FormData();
    form.append('file', of.file);
    try {
      const attachment = await this.api.upload<Attachment>(`/api/conversations/${this.conversation}/attachments`, form, {
        progress: (percent) => this.become(key, { phase: 'sending', percent }),
        signal: of.stop.signal,
      });
      const uploaded: KeptFile = { ...attachment, at: Date.now() };
      this.become(key, { phase: 'ready', attachment: uploaded });
      this.files.delete(key);
    } catch (error) {
      if (!of.stop.signal.aborted) this.become(key, { phase: 'refused', why: sentence(error), retry: true });
    }
  }

  private become(key: number, state: AttachingState): void {
    this.set(this.list.map((one) => (one.key === key ? { ...one, state } : one)));
  }

  private set(list: readonly Chip[]): void {
    const before = this.ready.length;
    this.list = list;
    if (this.ready.length !== before) this.changed(this.ready);
    this.watching.forEach((watch) => watch());
  }
}

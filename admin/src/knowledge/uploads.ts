import type { QueryClient } from '@tanstack/react-query';
import type { Api } from '../api/client';
import { sentence } from '../api/problem';
import { lookAgain, type TakenIn } from './api';
import { bytes } from './words';

/** As the server has it. */
const MOST_BYTES = 32 << 20;
const AT_ONCE = 3;

/** A file, and the name it is to have: a path where it came out of a folder. */
export interface Given {
  file: File;
  name: string;
}

/** A file on its way. `taken`: it is there, and a job reads it, unless it was there before. */
export type UploadState =
  | { phase: 'waiting' }
  | { phase: 'sending'; percent: number }
  | { phase: 'refused'; why: string }
  | ({ phase: 'taken' } & TakenIn);

export interface Upload {
  id: number;
  name: string;
  size: number;
  state: UploadState;
}

/** The uploads to one space, which go on while other pages are looked at. */
export class Uploads {
  private list: readonly Upload[] = [];
  private readonly files = new Map<number, { file: File; stop: AbortController }>();
  private readonly watching = new Set<() => void>();
  private sending = 0;
  private made = 0;

  constructor(
    private readonly api: Api,
    private readonly queries: QueryClient,
    private readonly space: string,
  ) {}

  add(given: readonly Given[]): void {
    const added = given.map(({ file, name }): Upload => {
      const id = ++this.made;
      const why = refusal(file);
      if (!why) this.files.set(id, { file, stop: new AbortController() });
      return { id, name, size: file.size, state: why ? { phase: 'refused', why } : { phase: 'waiting' } };
    });
    this.set([...this.list, ...added]);
    this.next();
  }

  /** Once more, what was refused. */
  again(id: number): void {
    if (!this.files.has(id)) return;
    this.become(id, { phase: 'waiting' });
    this.next();
  }

  /** Out of the list, and called off where it is still on its way. */
  drop(id: number): void {
    this.files.get(id)?.stop.abort();
    this.files.delete(id);
    this.set(this.list.filter((one) => one.id !== id));
  }

  /** Leaves those that are still on their way. */
  clear(): void {
    for (const { id, state } of this.list) if (state.phase === 'taken' || state.phase === 'refused') this.drop(id);
  }

  canTryAgain(id: number): boolean {
    return this.files.has(id);
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.list;

  private next(): void {
    while (this.sending < AT_ONCE) {
      const waiting = this.list.find(({ state }) => state.phase === 'waiting');
      if (!waiting) return;
      this.sending += 1;
      void this.send(waiting).finally(() => {
        this.sending -= 1;
        this.next();
      });
    }
  }

  private async send({ id, name }: Upload): Promise<void> {
    const held = this.files.get(id);
    if (!held) return;
    const form = new FormData();
    form.set('file', held.file, name);
    form.set('name', name);
    this.become(id, { phase: 'sending', percent: 0 });
    try {
      const taken = await this.api.upload<TakenIn>(`/api/chat-spaces/${this.space}/documents/upload`, form, {
        progress: (percent) => this.become(id, { phase: 'sending', percent }),
        signal: held.stop.signal,
      });
      this.files.delete(id);
      this.become(id, { phase: 'taken', ...taken });
      lookAgain(this.queries);
    } catch (error) {
      if (!held.stop.signal.aborted) this.become(id, { phase: 'refused', why: sentence(error) });
    }
  }

  private become(id: number, state: UploadState): void {
    this.set(this.list.map((one) => (one.id === id ? { ...one, state } : one)));
  }

  private set(list: readonly Upload[]): void {
    this.list = list;
    this.watching.forEach((changed) => changed());
  }
}

/** Said before anything is sent. */
function refusal({ size }: File): string | null {
  if (size === 0) return 'The file is empty.';
  return size > MOST_BYTES ? `It has ${bytes(size)}; a file has at most ${MOST_BYTES >> 20} MiB. Split it, and upload the parts.` : null;
}

const kept = new WeakMap<Api, Map<string, Uploads>>();

/** Those of a space: the same ones wherever they are asked for. */
export function uploadsTo(api: Api, queries: QueryClient, space: string): Uploads {
  const spaces = kept.get(api) ?? new Map<string, Uploads>();
  kept.set(api, spaces);
  const uploads = spaces.get(space) ?? new Uploads(api, queries, space);
  spaces.set(space, uploads);
  return uploads;
}

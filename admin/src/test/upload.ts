/** Stands in for XMLHttpRequest: what went out waits for a test to answer. */
export class FakeRequest {
  static all: FakeRequest[] = [];

  /** The newest one. */
  static get last(): FakeRequest {
    const last = FakeRequest.all.at(-1);
    if (!last) throw new Error('nothing was uploaded');
    return last;
  }

  status = 0;
  responseText = '';
  path = '';
  form: FormData | null = null;
  aborted = false;
  readonly headers: Record<string, string> = {};
  readonly upload: { onprogress: ((event: object) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;

  open(_: string, path: string): void {
    this.path = path;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(): string | null {
    return null;
  }

  send(form: FormData): void {
    this.form = form;
    FakeRequest.all.push(this);
  }

  abort(): void {
    this.aborted = true;
    this.onabort?.();
  }

  goes(loaded: number, total: number): void {
    this.upload.onprogress?.({ loaded, total, lengthComputable: true });
  }

  answers(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

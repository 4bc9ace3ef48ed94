/** A request that was refused or never arrived, as the server tells it (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** Stable, from the server's table of codes; `unreachable` when there was no answer. */
    readonly code: string,
    /** 0 when there was no answer. */
    readonly status: number,
    readonly detail: string,
    /** Seconds to wait before another try. */
    readonly retryAfter?: number,
  ) {
    super(detail);
  }

  static unreachable(): Problem {
    return new Problem('unreachable', 0, 'the server cannot be reached');
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads an answer that is not ok. A proxy's error page has no problem in it: the status must do. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const field = (name: string) => {
    const value = body && typeof body === 'object' ? (body as Record<string, unknown>)[name] : undefined;
    return typeof value === 'string' && value ? value : undefined;
  };
  return new Problem(
    field('code') ?? `http_${response.status}`,
    response.status,
    field('detail') ?? field('title') ?? `the server answered with ${response.status}`,
    seconds(response.headers.get('retry-after')),
  );
}

/** `Retry-After` is a number of seconds or a date. */
function seconds(header: string | null): number | undefined {
  if (!header) return undefined;
  const after = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(after) ? Math.max(0, Math.ceil(after)) : undefined;
}

/** For people: what the server says in lower case, as a sentence. */
export function sentence(error: unknown): string {
  const text = error instanceof Problem ? error.detail : 'something went wrong here';
  const end = /[.!?]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}

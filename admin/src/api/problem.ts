/** What of a request cannot be taken, by its path such as `settings.ai.top_k`. */
export interface FieldError {
  field: string;
  detail: string;
}

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
    /** Every field that cannot be taken, where it is about fields. */
    readonly errors: readonly FieldError[] = [],
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
    errorsOf(body),
  );
}

function errorsOf(body: unknown): FieldError[] {
  const errors = (body as { errors?: unknown } | null)?.errors;
  return Array.isArray(errors) ? (errors as FieldError[]) : [];
}

/** `Retry-After` is a number of seconds or a date. */
function seconds(header: string | null): number | undefined {
  if (!header) return undefined;
  const after = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(after) ? Math.max(0, Math.ceil(after)) : undefined;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** For people: what the server says in lower case, as a sentence; without `prefix`, where that is said by the place. */
export function sentence(error: unknown, prefix = ''): string {
  const said = error instanceof Problem ? error.detail : 'something went wrong here';
  return asSentence(said.startsWith(prefix) ? said.slice(prefix.length) : said);
}

export function asSentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.';
  return capital(text) + end;
}

/** What the server says of a field, or of one below it, for the field's place in a form. */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const said = error.errors.filter((one) => one.field === field || one.field.startsWith(`${field}.`));
  return said.length > 0 ? said.map(({ detail }) => capital(detail)).join('. ') : undefined;
}

/** The error, unless all that it says stands at one of the fields. */
export function otherThan(error: unknown, fields: readonly string[]): unknown {
  if (!(error instanceof Problem) || error.errors.length === 0) return error;
  const shown = (name: string) => fields.some((field) => name === field || name.startsWith(`${field}.`));
  return error.errors.every(({ field }) => shown(field)) ? null : error;
}

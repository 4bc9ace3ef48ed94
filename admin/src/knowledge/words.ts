import type { Job } from '../live/jobs';
import type { Document, Outcome, Scope, Source } from './api';

const number = new Intl.NumberFormat();
export const count = (n: number, one: string, many = `${one}s`) => `${number.format(n)} ${n === 1 ? one : many}`;
export const figure = (n: number) => number.format(n);

/** As people say a size. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  const [value, unit] = size < 1_000_000 ? [size / 1_000, 'KB'] : [size / 1_000_000, 'MB'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

const KINDS: [RegExp, string][] = [
  [/pdf/, 'PDF'],
  [/wordprocessingml/, 'Word'],
  [/html/, 'HTML'],
  [/markdown/, 'Markdown'],
  [/csv|tab-separated/, 'Table'],
  [/json/, 'JSON'],
  [/^text\//, 'Text'],
];

/** What a document is; known once it has been read. */
export function kind({ url, media_type }: Document): string {
  const file = KINDS.find(([type]) => type.test(media_type))?.[1];
  return url ? (file && file !== 'Markdown' && file !== 'HTML' ? `Web, ${file}` : 'Web page') : (file ?? '–');
}

export const SCOPE_WORDS: Record<Scope, { label: string; hint: string }> = {
  page: { label: 'One page', hint: 'Only the page at this address.' },
  sitemap: { label: 'A sitemap', hint: 'The pages that the sitemap at this address lists.' },
  host: { label: 'A site', hint: 'The pages of this host that can be reached by links, and those in its sitemap.' },
  site: { label: 'A site and its subdomains', hint: 'The same, with the hosts below it: from example.com also help.example.com.' },
};

export const OUTCOME_WORDS: Record<Outcome, string> = {
  page: 'Read',
  unchanged: 'Unchanged',
  moved: 'Moved',
  skipped: 'Left out',
  gone: 'Gone',
  failed: 'Failed',
};

export function schedule(hours: number | null): string {
  if (hours === null) return 'Only when asked';
  if (hours === 1) return 'Every hour';
  if (hours === 24) return 'Every day';
  if (hours === 168) return 'Every week';
  return hours % 24 === 0 ? `Every ${hours / 24} days` : `Every ${hours} hours`;
}

/** How the last reading ended, where that is worth a word. */
export function ending({ ended, max_pages }: Source): string | null {
  switch (ended) {
    case 'full':
      return `There is more: the reading stopped at ${count(max_pages, 'page')}.`;
    case 'away':
      return 'The site stopped answering: the rest is read the next time.';
    case 'cancelled':
      return 'The reading was called off before its end.';
    default:
      return null;
  }
}

/** What a job does, before the name of what it does it to. */
export const JOB_WORDS: Record<string, string> = {
  ingest_document: 'Read',
  read_source: 'Read from the web',
  replay_golden: 'Ask the golden questions',
  index_space: 'Index the space',
  follow_deadlines: 'Update deadlines',
};

export const subjectOf = ({ subject }: Job, name: string) => (typeof subject[name] === 'string' ? subject[name] : undefined);

import { isBeingRead, type Document } from './api';

export const SHOWN = { failed: 'Failed', reading: 'Being read', files: 'Files and texts', web: 'Web pages' } as const;
export type Shown = keyof typeof SHOWN;

/** Of the documents, as the address has it. */
export interface Filter {
  q?: string;
  show?: Shown;
}

/** What of an address is a filter. */
export function filterOf(search: Record<string, unknown>): Filter {
  const { show } = search;
  return {
    ...questionOf(search),
    ...(typeof show === 'string' && show in SHOWN && { show: show as Shown }),
  };
}

/** What of an address is looked for. A number is read as such out of it. */
export function questionOf({ q }: Record<string, unknown>): { q?: string } {
  return (typeof q === 'string' || typeof q === 'number') && q !== '' ? { q: `${q}` } : {};
}

/** What of an address is another run to compare with. */
export function withOf(search: Record<string, unknown>): { with?: string } {
  return typeof search.with === 'string' && search.with !== '' ? { with: search.with } : {};
}

export function matches(document: Document, { q, show }: Filter): boolean {
  const words = (q ?? '').toLowerCase().split(/\s+/);
  const text = `${document.title} ${document.name}`.toLowerCase();
  return words.every((word) => text.includes(word)) && (!show || IS[show](document));
}

const IS: Record<Shown, (document: Document) => boolean> = {
  failed: ({ status }) => status === 'failed',
  reading: isBeingRead,
  files: ({ url }) => url === null,
  web: ({ url }) => url !== null,
};

import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Job } from '../live/jobs';

export interface Document {
  id: string;
  space: string;
  /** File name or address. */
  name: string;
  title: string;
  media_type: string;
  url: string | null;
  status: 'queued' | 'processing' | 'ready' | 'failed';
  /** Why it failed. */
  error: string | null;
  bytes: number;
  created_at: string;
  updated_at: string;
}

/** A document that was taken in, and the job that reads it; none where it is the same as before. */
export interface TakenIn {
  document: Document;
  job: { id: string } | null;
}

export interface Passage {
  id: string;
  place: number;
  kind: 'paragraph' | 'list' | 'table' | 'code';
  heading: string[];
  page: number | null;
  tokens: number;
  text: string;
}

export interface Passages extends Page<Passage> {
  /** What is searched; null where nothing of it is yet. */
  version: { read_at: string; characters: number; passages: number; tokens: number } | null;
}

export const SCOPES = ['page', 'sitemap', 'host', 'site'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is to be read of the web. */
export interface Address {
  url: string;
  scope: Scope;
  max_pages?: number;
  max_depth?: number;
  below?: string;
  every_hours?: number;
}

export interface Source {
  id: string;
  space: string;
  url: string;
  scope: Scope;
  max_pages: number;
  max_depth: number;
  below: string | null;
  every_hours: number | null;
  status: 'queued' | 'crawling' | 'ready' | 'failed';
  error: string | null;
  /** That the last reading found. */
  pages: number;
  ended: 'complete' | 'full' | 'away' | 'cancelled' | null;
  /** Counts the readings. */
  crawl: number;
  created_at: string;
  crawled_at: string | null;
}

export const OUTCOMES = ['page', 'unchanged', 'moved', 'skipped', 'gone', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface SourcePage {
  url: string;
  document: string | null;
  outcome: Outcome;
  /** Why, in words; for `moved` where it leads. */
  note: string | null;
  /** The last reading did not come by. */
  stale: boolean;
  checked_at: string;
}

const LIST_PAGE = 100;
const PASSAGES_PAGE = 50;
/** While something is read, and nobody tells how far it is. */
const POLL_MS = 5_000;

const paged = (path: string, limit: number, cursor: string | null) => {
  const query = new URLSearchParams({ limit: `${limit}` });
  if (cursor) query.set('cursor', cursor);
  return `${path}?${query}`;
};
const pages = { initialPageParam: null as string | null, getNextPageParam: ({ next }: { next: string | null }) => next };

export const isBeingRead = ({ status }: Document | Source) => status === 'queued' || status === 'processing' || status === 'crawling';

/** By name. */
export const documentsQuery = (api: Api, space: string) =>
  infiniteQueryOptions({
    queryKey: ['documents', space],
    queryFn: ({ pageParam, signal }) => api.get<Page<Document>>(paged(`/api/chat-spaces/${space}/documents`, LIST_PAGE, pageParam), signal),
    ...pages,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: ({ state: { data } }) => (data?.pages.some(({ items }) => items.some(isBeingRead)) ? POLL_MS * data.pages.length : false),
  });

export const documentQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['document', id],
    queryFn: ({ signal }) => api.get<Document>(`/api/documents/${id}`, signal),
    refetchInterval: ({ state: { data } }) => (data && isBeingRead(data) ? POLL_MS : false),
  });

export const passagesQuery = (api: Api, document: string) =>
  infiniteQueryOptions({
    queryKey: ['passages', document],
    queryFn: ({ pageParam, signal }) => api.get<Passages>(paged(`/api/documents/${document}/passages`, PASSAGES_PAGE, pageParam), signal),
    ...pages,
    select: ({ pages }) => ({ version: pages[0]?.version ?? null, passages: pages.flatMap(({ items }) => items) }),
  });

/** Oldest first. */
export const sourcesQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['sources', space],
    queryFn: ({ signal }) => api.get<Page<Source>>(`/api/chat-spaces/${space}/sources`, signal),
    select: ({ items }) => items,
    refetchInterval: ({ state: { data } }) => (data?.items.some(isBeingRead) ? POLL_MS : false),
  });

export const sourceQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['source', id],
    queryFn: ({ signal }) => api.get<Source>(`/api/sources/${id}`, signal),
    refetchInterval: ({ state: { data } }) => (data && isBeingRead(data) ? POLL_MS : false),
  });

export const sourcePagesQuery = (api: Api, source: string) =>
  infiniteQueryOptions({
    queryKey: ['source-pages', source],
    queryFn: ({ pageParam, signal }) => api.get<Page<SourcePage>>(paged(`/api/sources/${source}/pages`, LIST_PAGE, pageParam), signal),
    ...pages,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

/** The newest of the workspace. */
export const jobsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => api.get<Page<Job>>('/api/jobs', signal),
    select: ({ items }) => items,
  });

/** A document that was fetched with a list, whichever. */
export function knownDocument(queries: QueryClient, id: string): Document | undefined {
  const lists = queries.getQueriesData<InfiniteData<Page<Document>>>({ queryKey: ['documents'] });
  for (const [, data] of lists) {
    const found = data?.pages.flatMap(({ items }) => items).find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}

/** What is shown of knowledge is looked at anew: something was read, added or removed. */
export function lookAgain(queries: QueryClient): void {
  for (const key of ['documents', 'document', 'passages', 'sources', 'source', 'source-pages']) void queries.invalidateQueries({ queryKey: [key] });
}

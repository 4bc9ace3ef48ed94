import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { SpaceSettings } from './settings/settings';

export interface Space {
  id: string;
  slug: string;
  name: string;
  public_key: string;
  /** The key before this one, while it still works. */
  old_key: { key: string; until: string } | null;
  published: boolean;
  archived_at: string | null;
  /** The sites that may embed it; none is every site. */
  allowed_origins: string[];
  /** Counts what it was set to. */
  version: number;
  settings: SpaceSettings;
  created_at: string;
  updated_at: string;
}

export const spacesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['spaces'],
    queryFn: ({ signal }) => api.get<Page<Space>>('/api/chat-spaces', signal),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

/** A site on which the chat was opened, and when last. */
export interface Seen {
  origin: string;
  at: string;
}

const SEEN_POLL_MS = 5_000;

/** Where the widget is; looked at again as long as somebody waits for it. */
export const seenQuery = (api: Api, space: string) =>
  queryOptions({
    queryKey: ['seen', space],
    queryFn: ({ signal }) => api.get<{ seen: Seen[] }>(`/api/chat-spaces/${space}/widget`, signal),
    select: ({ seen }) => seen,
    refetchInterval: SEEN_POLL_MS,
  });

export const archivedQuery = (api: Api) =>
  queryOptions({
    queryKey: ['archived-spaces'],
    queryFn: ({ signal }) => api.get<Page<Space>>('/api/chat-spaces?archived=true', signal),
    select: ({ items }) => items.filter((space) => space.archived_at !== null),
    staleTime: 60_000,
  });

/** How the widget of a space gets onto a page. */
export interface Embed {
  /** Where mail may go that begins a conversation; none where none can come in. */
  support_address: string | null;
  /** What a page with a content policy must let through. */
  csp: { directive: string; source: string }[];
}

export const embedQuery = (api: Api, space: Space) =>
  queryOptions({ queryKey: ['embed', space.id], queryFn: ({ signal }) => api.get<Embed>(`/api/chat-spaces/${space.id}/widget`, signal), staleTime: 60_000 });

/** Puts a space as the server has just told it where all of the console sees it. */
export function keepSpace(queries: QueryClient, space: Space): void {
  queries.setQueryData<Page<Space>>(['spaces'], (known) => {
    if (!known) return known;
    const there = known.items.some(({ id }) => id === space.id);
    return { ...known, items: there ? known.items.map((one) => (one.id === space.id ? space : one)) : [...known.items, space] };
  });
}

const SpaceContext = createContext<Space | null>(null);
export const SpaceProvider = SpaceContext.Provider;

/** The space that the address names. */
export function useSpace(): Space {
  const space = use(SpaceContext);
  if (!space) throw new Error('no SpaceProvider above');
  return space;
}

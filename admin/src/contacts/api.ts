import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Conversation } from '../inbox/api';
import type { Wanted } from './wanted';

/** Somebody, as a list shows them. */
export interface Listed {
  id: string;
  /** The host site's own id of them; null where nobody vouches for them. */
  external_id: string | null;
  /** As the host site vouches, or else as agents know. */
  name: string | null;
  email: string | null;
  avatar: string | null;
  /** What else the host site vouches for. */
  attributes: Record<string, unknown>;
  verified_at: string | null;
  blocked_at: string | null;
  created_at: string;
  last_seen_at: string;
  conversations: number;
}

/** All that is known of somebody. */
export interface Contact extends Listed {
  /** What agents do not change. */
  vouched: { name: boolean; email: boolean };
  /** What agents know besides. */
  edited: { name: string | null; email: string | null; attributes: Record<string, unknown> };
  blocked_reason: string | null;
  spaces: { id: string; name: string; browsers: number }[];
  browsers: number;
}

export interface ContactNote {
  id: string;
  author: { id: string; name: string };
  text: string;
  at: string;
}

/** What to call somebody. Who has no name is told apart by the random end of their id. */
export const contactName = ({ id, name, email, external_id }: Pick<Listed, 'id' | 'name' | 'email' | 'external_id'>) =>
  name ?? email ?? external_id ?? `Visitor ${id.slice(-4).toUpperCase()}`;

export const contactsQuery = (api: Api, { q, filter }: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['contacts', { q, filter }],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ ...(q && { q }), ...(filter && { filter }), ...(pageParam && { cursor: pageParam }) });
      return api.get<Page<Listed>>(`/api/contacts?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const contactQuery = (api: Api, id: string) =>
  queryOptions({ queryKey: ['contact', id], queryFn: ({ signal }) => api.get<Contact>(`/api/contacts/${id}`, signal) });

export const pastQuery = (api: Api, id: string) =>
  infiniteQueryOptions({
    queryKey: ['contact', id, 'conversations'],
    queryFn: ({ pageParam, signal }) => api.get<Page<Conversation>>(`/api/contacts/${id}/conversations?${new URLSearchParams({ limit: '20', ...(pageParam && { cursor: pageParam }) })}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const contactNotesQuery = (api: Api, id: string) =>
  infiniteQueryOptions({
    queryKey: ['contact', id, 'notes'],
    queryFn: ({ pageParam, signal }) => api.get<Page<ContactNote>>(`/api/contacts/${id}/notes?${new URLSearchParams({ limit: '20', ...(pageParam && { cursor: pageParam }) })}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

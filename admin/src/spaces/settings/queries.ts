import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/client';
import type { Page } from '../../api/page';
import type { Space } from '../api';

/** Something that is looked at before a space is published. */
export interface Check {
  code: string;
  title: string;
  passed: boolean;
  /** Whether the space cannot be published without. */
  blocks: boolean;
  advice: string | null;
}

export interface Version {
  n: number;
  /** Whether the space is set so now. */
  present: boolean;
  by: { kind: string; id: string | null; name: string };
  note: string | null;
  restored_from: number | null;
  at: string;
}

export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

export interface IdentityKey {
  kid: string;
  algorithm: 'HS256' | 'RS256' | 'HMAC';
  public_key: string | null;
  created_at: string;
  retires_at: string | null;
}

export const checksQuery = (api: Api, space: Space) =>
  queryOptions({
    queryKey: ['checks', space.id, space.version],
    queryFn: ({ signal }) => api.get<{ ready: boolean; items: Check[] }>(`/api/chat-spaces/${space.id}/checks`, signal),
  });

export const versionsQuery = (api: Api, space: Space) =>
  infiniteQueryOptions({
    queryKey: ['versions', space.id],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Version>>(`/api/chat-spaces/${space.id}/versions${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ''}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const differencesQuery = (api: Api, space: Space, from: number, to: number) =>
  queryOptions({
    queryKey: ['differences', space.id, from, to],
    queryFn: ({ signal }) => api.get<{ items: Difference[] }>(`/api/chat-spaces/${space.id}/versions/${to}/diff?from=${from}`, signal),
    select: ({ items }) => items,
    staleTime: Infinity,
  });

export const identityKeysQuery = (api: Api, space: Space) =>
  queryOptions({
    queryKey: ['identity-keys', space.id],
    queryFn: ({ signal }) => api.get<Page<IdentityKey>>(`/api/chat-spaces/${space.id}/identity-keys`, signal),
    select: ({ items }) => items,
  });

import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import { queryOf, type Wanted } from './wanted';

export interface AuditEvent {
  id: string;
  at: string;
  actor: { kind: 'user' | 'api_key' | 'visitor' | 'system' | 'operator'; id: string | null; name: string };
  address: string | null;
  action: string;
  target: { kind: string; id: string } | null;
  before: unknown;
  after: unknown;
}

export const auditQuery = (api: Api, wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam, signal }) => {
      const query = queryOf(wanted);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<AuditEvent>>(`/api/audit?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

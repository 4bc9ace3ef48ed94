import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

export interface ApiKey {
  id: string;
  name: string;
  /** How it begins. */
  prefix: string;
  scopes: string[];
  created_by: string | null;
  created_at: string;
  expires_at: string | null;
  /** To the minute. */
  last_used_at: string | null;
  revoked_at: string | null;
}

export const keysQuery = (api: Api) =>
  queryOptions({
    queryKey: ['keys'],
    queryFn: ({ signal }) => api.get<Page<ApiKey>>('/api/keys', signal),
    select: ({ items }) => items,
  });

export type KeyState = 'works' | 'expired' | 'revoked';

export function stateOf(key: ApiKey, now: Date): KeyState {
  if (key.revoked_at) return 'revoked';
  return key.expires_at && new Date(key.expires_at) <= now ? 'expired' : 'works';
}

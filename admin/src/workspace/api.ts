import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';

export interface Workspace {
  id: string;
  name: string;
  created_at: string;
  /** Of its days and months, by its IANA name. */
  time_zone: string;
}

export const workspaceQuery = (api: Api) =>
  queryOptions({ queryKey: ['workspace'], queryFn: ({ signal }) => api.get<Workspace>('/api/workspace', signal) });

import { queryOptions } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

export interface Space {
  id: string;
  slug: string;
  name: string;
  public_key: string;
  published: boolean;
  settings: Record<string, unknown>;
  created_at: string;
}

export const spacesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['spaces'],
    queryFn: ({ signal }) => api.get<Page<Space>>('/api/chat-spaces', signal),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

const SpaceContext = createContext<Space | null>(null);
export const SpaceProvider = SpaceContext.Provider;

/** The space that the address names. */
export function useSpace(): Space {
  const space = use(SpaceContext);
  if (!space) throw new Error('no SpaceProvider above');
  return space;
}

import { QueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem';

const TRIES = 3;

/** What was refused is not asked for again; what may pass is, when the server says or ever later. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, error) => error instanceof Problem && error.passing && failures < TRIES,
        retryDelay: (failures, error) => {
          const told = error instanceof Problem ? error.retryAfter : undefined;
          return told === undefined ? Math.min(1_000 * 2 ** failures, 10_000) : told * 1_000;
        },
      },
    },
  });
}

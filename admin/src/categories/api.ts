import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

/** What tickets may be about. */
export interface Category {
  id: string;
  name: string;
  /** Learned from as an example is; empty says nothing. */
  description: string;
  /** Without the description. */
  examples: number;
  /** Those that are tickets somebody put right. */
  corrections: number;
  created_at: string;
  updated_at: string;
}

export interface Example {
  id: string;
  text: string;
  source: 'description' | 'person' | 'import' | 'correction';
  ticket: string | null;
  created_at: string;
}

/** What became of examples that were sent. */
export interface Added {
  added: number;
  /** Examples already. */
  known: number;
  /** Categories that were made. */
  categories: number;
}

export interface Tried {
  /** The one a ticket would have; null where none is likely enough. */
  category: string | null;
  /** The likeliest first. */
  guesses: { category: string; score: number }[];
  floor: number;
}

export const EXAMPLES_MOST = 200;

export const categoriesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['ticket-categories'],
    queryFn: ({ signal }) => api.get<Page<Category>>('/api/ticket-categories', signal),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

export const examplesQuery = (api: Api, category: string) =>
  queryOptions({
    queryKey: ['ticket-categories', category, 'examples'],
    queryFn: ({ signal }) => api.get<Page<Example>>(`/api/ticket-categories/${category}/examples`, signal),
    select: ({ items }) => items,
  });

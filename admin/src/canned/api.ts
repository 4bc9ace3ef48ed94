import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

/** What is said again and again. One with an act is a macro. */
export interface CannedReply {
  id: string;
  /** What is typed behind `/`. */
  shortcut: string;
  title: string;
  /** Markdown, with variables as they were written. */
  text: string;
  act: 'resolve' | 'snooze' | null;
  snooze_minutes: number | null;
  /** The one space it is for. */
  space: string | null;
  created_by: string | null;
  updated_at: string;
}

export const cannedQuery = (api: Api) =>
  queryOptions({
    queryKey: ['canned-replies'],
    queryFn: ({ signal }) => api.get<Page<CannedReply>>('/api/canned-replies', signal),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

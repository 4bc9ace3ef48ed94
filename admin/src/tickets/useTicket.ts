import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { Problem } from '../api/problem';
import type { TicketDetail } from './api';

/** Shows a ticket as the server answers with it, wherever it is shown. */
export async function took(queries: QueryClient, ticket: TicketDetail): Promise<void> {
  queries.setQueryData(['ticket', ticket.number], ticket);
  await Promise.all([queries.invalidateQueries({ queryKey: ['ticket', ticket.number, 'events'] }), queries.invalidateQueries({ queryKey: ['tickets'] })]);
}

export type TicketChange = Partial<Pick<TicketDetail, 'subject' | 'status' | 'priority' | 'tags' | 'team' | 'category'>> & { assignee?: string | null };

/** Changes a ticket as it is shown: where somebody else was first, it is read again. */
export function useChange(ticket: TicketDetail) {
  const [api, queries] = [useApi(), useQueryClient()];
  return useMutation({
    mutationFn: (change: TicketChange) => api.patch<TicketDetail>(`/api/tickets/${ticket.number}`, { version: ticket.version, ...change }),
    onSuccess: (now) => took(queries, now),
    onError: (error) => {
      if (error instanceof Problem && error.code === 'version_changed') void queries.invalidateQueries({ queryKey: ['ticket', ticket.number] });
    },
  });
}

type Act = { does: 'watch' | 'unwatch'; user: string } | { does: 'link'; ticket: number } | { does: 'unlink'; link: string };

/** Who watches a ticket, and what it is linked to. */
export function useRelate(number: number) {
  const [api, queries] = [useApi(), useQueryClient()];
  return useMutation({
    mutationFn: async (act: Act) => {
      const path = `/api/tickets/${number}`;
      if (act.does === 'watch') await api.put(`${path}/watchers/${act.user}`, {});
      if (act.does === 'unwatch') await api.delete(`${path}/watchers/${act.user}`);
      if (act.does === 'link') await api.post(`${path}/links`, { ticket: act.ticket });
      if (act.does === 'unlink') await api.delete(`${path}/links/${act.link}`);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['ticket', number] }),
  });
}

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useFrames } from '../live/live';
import type { TicketDetail } from './api';

/** Lists are read again so long after what changed them: of many changes once. */
const GATHER_MS = 500;

/** Keeps tickets as the socket tells them, while a page with tickets is shown. */
export function useTicketsLive(): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const again = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ['tickets'] });
    }, GATHER_MS);
  };
  useFrames('ticket.upsert', ({ ticket }) => {
    queries.setQueryData<TicketDetail>(['ticket', ticket.number], (before) => before && before.version <= ticket.version ? { ...before, ...ticket } : before);
    void queries.invalidateQueries({ queryKey: ['ticket', ticket.number] });
    again();
  });
  // What happened while the line was down was not told.
  useFrames('ready', () => {
    void queries.invalidateQueries({ queryKey: ['ticket'] });
    again();
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

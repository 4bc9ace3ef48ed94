import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { useSpace } from '../spaces/api';
import { lookAgain, type TakenIn } from './api';

/** Gives what was written to the space; `done` when it has it. */
export function useAdd(how: 'text' | 'faq', done: () => void) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  return useMutation({
    mutationFn: (written: unknown) => api.post<TakenIn>(`/api/chat-spaces/${space.id}/documents/${how}`, written),
    onSuccess: () => {
      lookAgain(queries);
      done();
    },
  });
}

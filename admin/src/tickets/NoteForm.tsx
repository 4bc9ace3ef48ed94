import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import type { TicketDetail } from './api';

/** Writes a note on a ticket, once however often it is sent. */
export function NoteForm({ number }: { number: number }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [text, setText] = useState('');
  const [client, setClient] = useState(() => crypto.randomUUID());
  const write = useMutation({
    mutationFn: () => api.post<TicketDetail>(`/api/tickets/${number}/notes`, { client_id: client, text }),
    onSuccess: async () => {
      setText('');
      setClient(crypto.randomUUID());
      await queries.invalidateQueries({ queryKey: ['ticket', number] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate();
      }}
      className="space-y-2"
    >
      <TextArea label="Note for the team" rows={2} maxLength={10_000} value={text} onChange={({ target }) => setText(target.value)} />
      <Refusal error={write.error} />
      <Button type="submit" disabled={!text.trim() || write.isPending}>
        Add the note
      </Button>
    </form>
  );
}

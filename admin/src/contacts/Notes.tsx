import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useSessionState } from '../auth/session';
import { Markdown } from '../inbox/Markdown';
import { mediumTime } from '../inbox/time';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { TextArea } from '../ui/Inputs';
import { More } from '../ui/More';
import { Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { contactNotesQuery, type ContactNote } from './api';

/** What the team writes of a contact for each other. */
export function Notes({ contact, mayWrite }: { contact: string; mayWrite: boolean }) {
  const [api, queries, state, isAdmin] = [useApi(), useQueryClient(), useSessionState(), useMay('contacts:merge')];
  const { data: notes, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(contactNotesQuery(api, contact));
  const [removing, setRemoving] = useState<ContactNote | null>(null);
  const me = state.phase === 'in' ? state.user.id : '';
  return (
    <Group title="Notes" lead="For the team alone.">
      {mayWrite && <Write contact={contact} />}
      {!notes && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading notes" lines={2} />)}
      {notes?.length === 0 && !mayWrite && <p className="text-mute">No notes yet.</p>}
      {notes && notes.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {notes.map((note) => (
            <li key={note.id} className="space-y-1.5 p-4">
              <div className="flex flex-wrap items-center justify-between gap-x-4 text-xs text-mute">
                <span>
                  {note.author.name} · {mediumTime(new Date(note.at))}
                </span>
                {mayWrite && (isAdmin || note.author.id === me) && (
                  <Button look="quiet" aria-label={`Delete the note of ${note.author.name}`} onClick={() => setRemoving(note)}>
                    Delete
                  </Button>
                )}
              </div>
              <Markdown text={note.text} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && <More label="Show older notes" busy={isFetchingNextPage} load={fetchNextPage} />}
      {removing && (
        <Confirm
          title="Delete this note?"
          lead="Nobody can read it any more."
          label="Delete the note"
          act={async () => {
            await api.delete(`/api/contacts/${contact}/notes/${removing.id}`);
            await queries.invalidateQueries({ queryKey: contactNotesQuery(api, contact).queryKey });
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Group>
  );
}

function Write({ contact }: { contact: string }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [text, setText] = useState('');
  const write = useMutation({
    mutationFn: () => api.post(`/api/contacts/${contact}/notes`, { text }),
    onSuccess: () => {
      setText('');
      return queries.invalidateQueries({ queryKey: contactNotesQuery(api, contact).queryKey });
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
      <TextArea label="New note" hint="Markdown" rows={2} maxLength={4_000} value={text} onChange={({ target }) => setText(target.value)} />
      <Refusal error={write.error} />
      <Button type="submit" disabled={!text.trim() || write.isPending}>
        Add the note
      </Button>
    </form>
  );
}

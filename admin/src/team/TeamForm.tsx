import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { membersQuery, type Team } from './api';

/** Makes a team, or names it and its members anew. */
export function TeamForm({ team, close }: { team: Team | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: people, error } = useQuery(membersQuery(api));
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<string[]>(team?.members ?? []);
  const put = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), members: members.filter((id) => people?.some((one) => one.id === id)) };
      return team ? api.put(`/api/team/teams/${team.id}`, body) : api.post('/api/team/teams', body);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['teams'] });
      close();
    },
  });
  const toggle = (id: string, on: boolean) => setMembers(on ? [...members, id] : members.filter((one) => one !== id));
  return (
    <Dialog title={team ? `Change ${team.name}` : 'New team'} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
        className="space-y-4"
      >
        <Field label="Name" value={name} onChange={(event) => setName(event.target.value)} required maxLength={60} />
        <fieldset>
          <legend className="mb-1.5 font-medium">Members</legend>
          <div className="max-h-64 divide-y divide-line overflow-y-auto rounded-lg border border-line">
            {people?.map((person) => (
              <label key={person.id} className="flex cursor-pointer items-center gap-3 p-2.5 hover:bg-sunken">
                <input
                  type="checkbox"
                  checked={members.includes(person.id)}
                  onChange={(event) => toggle(person.id, event.target.checked)}
                  className="size-4 shrink-0 accent-accent-fill"
                />
                <Avatar name={person.name} className="size-7" />
                <span className="min-w-0">
                  <span className="block truncate">{person.name}</span>
                  <span className="block truncate text-xs text-mute">{person.email}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Refusal error={put.error ?? error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!people || put.isPending}>
            {team ? 'Save the team' : 'Create the team'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

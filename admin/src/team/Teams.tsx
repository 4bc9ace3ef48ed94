import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Group } from '../ui/Group';
import { Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { membersQuery, teamsQuery, type Team } from './api';
import { TeamForm } from './TeamForm';

/** Names of a row at most. */
const SHOWN = 3;

/** Parts of the team that work together, such as Sales. */
export function Teams() {
  const [api, queries, may] = [useApi(), useQueryClient(), useMay('team:write')];
  const { data: teams, error } = useQuery(teamsQuery(api));
  const [editing, setEditing] = useState<Team | 'new' | null>(null);
  const [removing, setRemoving] = useState<Team | null>(null);
  return (
    <Group
      title="Teams"
      lead="Groups of members, such as Sales, that conversations can be given to."
      action={
        may &&
        teams && (
          <Button onClick={() => setEditing('new')}>
            <Plus className="size-4 text-mute" aria-hidden /> New team
          </Button>
        )
      }
    >
      <Refusal error={error} />
      {!teams && !error && <SkeletonLines label="Loading teams" lines={1} />}
      {teams?.length === 0 && <p className="rounded-xl border border-dashed border-line p-5 text-center text-mute">No teams yet.</p>}
      {teams && teams.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {teams.map((team) => (
            <Row key={team.id} team={team} edit={() => setEditing(team)} remove={() => setRemoving(team)} />
          ))}
        </ul>
      )}
      {editing && <TeamForm team={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {removing && (
        <Confirm
          title={`Disband ${removing.name}?`}
          lead="Its members stay members of the workspace."
          label="Disband the team"
          act={async () => {
            await api.delete(`/api/team/teams/${removing.id}`);
            await queries.invalidateQueries({ queryKey: ['teams'] });
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Group>
  );
}

function Row({ team, edit, remove }: { team: Team; edit: () => void; remove: () => void }) {
  const may = useMay('team:write');
  const { data: members } = useQuery(membersQuery(useApi()));
  const named = (members ?? []).filter(({ id }) => team.members.includes(id));
  const more = named.length - SHOWN;
  const names = named.slice(0, SHOWN).map(({ name }) => name);
  const said = named.length === 0 ? 'Nobody yet' : names.join(', ') + (more > 0 ? ` and ${more} more` : '');
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 p-3">
      <div className="min-w-0 flex-1 basis-40">
        <p className="truncate font-medium">{team.name}</p>
        <p className="truncate text-xs text-mute">{members ? said : ' '}</p>
      </div>
      <div className="hidden -space-x-1 sm:flex">
        {named.slice(0, 5).map(({ id, name }) => (
          <Avatar key={id} name={name} className="size-7 ring-2 ring-panel" />
        ))}
      </div>
      {may && (
        <div className="-ms-3.5 flex gap-1 sm:ms-0">
          <Button look="quiet" onClick={edit} aria-label={`Change ${team.name}`}>
            Change
          </Button>
          <Button look="quiet" onClick={remove} aria-label={`Disband ${team.name}`}>
            Disband
          </Button>
        </div>
      )}
    </li>
  );
}

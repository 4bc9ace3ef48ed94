import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay, type Role } from '../app/permission';
import type { Identity } from '../auth/session';
import { usePresent } from '../inbox/InboxLive';
import { mediumDate } from '../inbox/time';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { box } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { membersQuery, type Member } from './api';
import { givenBy } from './roles';

/** The members, their roles, and taking them out. */
export function Members({ me }: { me: Identity }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: members, error, refetch } = useQuery(membersQuery(api));
  const [removing, setRemoving] = useState<Member | null>(null);
  return (
    <Group title="Members">
      {!members && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading members" lines={3} />)}
      {members && (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {members.map((member) => (
            <Row key={member.id} member={member} me={me} remove={() => setRemoving(member)} />
          ))}
        </ul>
      )}
      {removing && (
        <Confirm
          title={`Remove ${removing.name}?`}
          lead={`${removing.email} is out of the workspace at once, and all their sessions here end. What they did stays.`}
          label="Remove the member"
          act={async () => {
            await api.delete(`/api/team/members/${removing.id}`);
            await Promise.all(['members', 'teams', 'invitations'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Group>
  );
}

function Row({ member, me, remove }: { member: Member; me: Identity; remove: () => void }) {
  const [api, queries, may] = [useApi(), useQueryClient(), useMay('team:write')];
  const [owning, setOwning] = useState(false);
  const change = useMutation({
    mutationFn: (role: Role) => api.patch(`/api/team/members/${member.id}`, { role }),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['members'] }), queries.invalidateQueries({ queryKey: ['invitations'] })]),
  });
  const own = member.id === me.user.id;
  const present = usePresent().find(({ id }) => id === member.id);
  const given = givenBy(me.tenant.role);
  const theirs = may && !own && given.includes(member.role);
  const choose = (role: Role) => (role === 'owner' ? setOwning(true) : change.mutate(role));
  return (
    <li className="space-y-2 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Avatar name={member.name} />
        <div className="min-w-0 flex-1 basis-40">
          <p className="flex items-center gap-2">
            <span className="truncate font-medium">{member.name}</span>
            {own && <Tag look="accent">You</Tag>}
            {present && <Tag look={present.away ? 'warn' : 'good'}>{present.away ? 'Away' : 'Online'}</Tag>}
          </p>
          <p className="truncate text-xs text-mute" title={`Since ${mediumDate(new Date(member.joined_at))}`}>
            {member.email} <span className="hidden sm:inline">· since {mediumDate(new Date(member.joined_at))}</span>
          </p>
        </div>
        {theirs ? (
          <div className="flex items-center gap-1">
            <select
              aria-label={`Role of ${member.name}`}
              value={change.isPending ? change.variables : member.role}
              disabled={change.isPending}
              onChange={(event) => choose(event.target.value as Role)}
              className={`${box} h-9 !w-28 !px-2 capitalize`}
            >
              {given.map((role) => (
                <option key={role} value={role}>
                  {role}
                </option>
              ))}
            </select>
            <Button look="quiet" onClick={remove} aria-label={`Remove ${member.name}`}>
              Remove
            </Button>
          </div>
        ) : (
          <span className="text-mute capitalize" title={may && !own ? 'Only an owner can change or remove an owner' : undefined}>
            {member.role}
          </span>
        )}
      </div>
      <Refusal error={change.error} />
      {owning && (
        <Confirm
          title={`Make ${member.name} an owner?`}
          lead="Owners may do everything, also change and remove other owners, you among them."
          label="Make an owner"
          act={() => change.mutateAsync('owner')}
          close={() => setOwning(false)}
        />
      )}
    </li>
  );
}

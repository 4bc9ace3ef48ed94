import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useSessionState } from '../auth/session';
import { mediumDate } from '../inbox/time';
import { Button } from '../ui/Button';
import { Group } from '../ui/Group';
import { Refusal } from '../ui/Notice';
import { Tag } from '../ui/Tag';
import { invitationsQuery, type Invitation } from './api';
import { givenBy } from './roles';

/** Who was asked in and has not come yet. Not there while there is nobody. */
export function Invitations() {
  const { data: invitations = [], error } = useQuery(invitationsQuery(useApi()));
  if (!error && invitations.length === 0) return null;
  return (
    <Group title="Invitations" lead="Mailed and not accepted yet.">
      <Refusal error={error} />
      {invitations.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line">
          {invitations.map((invitation) => (
            <Row key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      )}
    </Group>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const [api, queries, may, state] = [useApi(), useQueryClient(), useMay('team:write'), useSessionState()];
  const { id, email, role, inviter, expires_at } = invitation;
  const onSettled = () => queries.invalidateQueries({ queryKey: ['invitations'] });
  const again = useMutation({ mutationFn: () => api.post('/api/team/invitations', { email, role }), onSettled });
  const back = useMutation({ mutationFn: () => api.delete(`/api/team/invitations/${id}`), onSettled });
  const over = new Date(expires_at) <= new Date();
  const mine = state.phase === 'in' && givenBy(state.tenant.role).includes(role);
  return (
    <li className="space-y-2 p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <p className="flex items-center gap-2">
            <span className="truncate font-medium">{email}</span> {over && <Tag look="warn">Expired</Tag>}
          </p>
          <p className="text-xs text-mute">
            As {role}
            {inviter && ` · by ${inviter}`} · {over ? 'ended' : 'until'} {mediumDate(new Date(expires_at))}
          </p>
        </div>
        {may && mine && (
          <div className="-ms-3.5 flex gap-1 sm:ms-0">
            <Button look="quiet" disabled={again.isPending} onClick={() => again.mutate()} aria-label={`Mail ${email} again`}>
              {again.isSuccess ? 'Mailed again' : 'Mail again'}
            </Button>
            <Button look="quiet" disabled={back.isPending} onClick={() => back.mutate()} aria-label={`Take the invitation of ${email} back`}>
              Take back
            </Button>
          </div>
        )}
      </div>
      <Refusal error={again.error ?? back.error} />
    </li>
  );
}

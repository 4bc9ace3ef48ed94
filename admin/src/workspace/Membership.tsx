import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useSession, type Identity } from '../auth/session';
import { membersQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Group } from '../ui/Group';
import { workspaceQuery } from './api';
import { Transfer } from './Transfer';

/** One's own place in the workspace: handing it over, and leaving. */
export function Membership({ me }: { me: Identity }) {
  const [api, queries, session] = [useApi(), useQueryClient(), useSession()];
  const { data: members = [] } = useQuery(membersQuery(api));
  const { data: workspace } = useQuery(workspaceQuery(api));
  const [doing, setDoing] = useState<'leave' | 'transfer' | null>(null);
  const owner = me.tenant.role === 'owner';
  const alone = owner && members.filter(({ role }) => role === 'owner').length < 2;
  const others = members.filter(({ id }) => id !== me.user.id);
  return (
    <Group title="Your membership">
      <ul className="divide-y divide-line rounded-xl border border-line">
        {owner && (
          <Act title="Hand the workspace over" lead="Somebody else owns it then, and you are an admin.">
            <Button disabled={others.length === 0} onClick={() => setDoing('transfer')}>
              Hand over
            </Button>
          </Act>
        )}
        <Act
          title="Leave the workspace"
          lead={alone ? 'You are its last owner: make somebody else one first, or hand it over.' : 'You can come back only by another invitation.'}
        >
          <Button disabled={alone} onClick={() => setDoing('leave')}>
            Leave
          </Button>
        </Act>
      </ul>
      {doing === 'transfer' && <Transfer members={others} close={() => setDoing(null)} />}
      {doing === 'leave' && (
        <Confirm
          title={`Leave ${workspace?.name ?? 'the workspace'}?`}
          lead="Your sessions here end, and you see nothing of it any more. What you did stays."
          label="Leave the workspace"
          act={async () => {
            await api.post('/api/team/leave');
            queries.clear();
            await session.start();
          }}
          close={() => setDoing(null)}
        />
      )}
    </Group>
  );
}

function Act({ title, lead, children }: { title: string; lead: string; children: React.ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 p-3.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium">{title}</p>
        <p className="text-xs text-mute">{lead}</p>
      </div>
      {children}
    </li>
  );
}

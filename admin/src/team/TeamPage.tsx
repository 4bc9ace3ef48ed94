import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { useSessionState } from '../auth/session';
import { Button } from '../ui/Button';
import { Page } from '../ui/Page';
import { Invitations } from './Invitations';
import { Invite } from './Invite';
import { Members } from './Members';
import { Teams } from './Teams';

/** Who belongs to the workspace, as what, and who is on the way. */
export function TeamPage() {
  useTitle('Team');
  const state = useSessionState();
  const may = useMay('team:write');
  const [inviting, setInviting] = useState(false);
  if (state.phase !== 'in') return null;
  const invite = () => setInviting(true);
  return (
    <Page
      title="Team"
      lead="Everybody in this workspace, and what they may do."
      actions={
        may && (
          <Button look="primary" onClick={invite}>
            <UserPlus className="size-4" aria-hidden /> Invite
          </Button>
        )
      }
    >
      <div className="mt-6 space-y-10">
        <Members me={state} />
        <Invitations />
        <Teams />
      </div>
      {inviting && <Invite mine={state.tenant.role} close={() => setInviting(false)} />}
    </Page>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { useSessionState } from '../auth/session';
import { membersQuery } from '../team/api';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { Section } from '../ui/Section';
import { workspaceQuery } from './api';
import { Membership } from './Membership';
import { NameForm } from './NameForm';
import { ZoneForm } from './ZoneForm';

/** The workspace itself: its name, whose it is, and one's own place in it. */
export function WorkspacePage() {
  useTitle('Workspace');
  const [api, state, owner] = [useApi(), useSessionState(), useMay('workspace:write')];
  const workspace = useQuery(workspaceQuery(api));
  const { data: members = [] } = useQuery(membersQuery(api));
  if (state.phase !== 'in') return null;
  if (workspace.isError) return <Failure error={workspace.error} retry={() => void workspace.refetch()} />;
  const owners = members.filter(({ role }) => role === 'owner');
  return (
    <Page title="Workspace" lead="Everything here belongs to it: spaces, conversations, team.">
      {workspace.data && (
        <>
          <Section title="Name" lead="Your team sees it, and whoever you invite. Visitors see the names of your spaces.">
            {owner ? <NameForm workspace={workspace.data} /> : <p className="break-words">{workspace.data.name}</p>}
          </Section>
          <Section title="Time zone" lead="Of the days and months by which the use of your plan is counted.">
            {owner ? <ZoneForm workspace={workspace.data} /> : <p>{workspace.data.time_zone.replaceAll('_', ' ')}</p>}
          </Section>
          <Section title="Owners" lead="They may do everything, and hand the workspace over.">
            <ul className="space-y-1">
              {owners.map(({ id, name, email }) => (
                <li key={id} className="break-words">
                  {name} <span className="text-mute">{email}</span>
                </li>
              ))}
            </ul>
            <p className="text-mute">
              Founded <time dateTime={workspace.data.created_at}>{new Date(workspace.data.created_at).toLocaleDateString([], { dateStyle: 'long' })}</time>.{' '}
              <Link to="/team" className="font-medium text-accent underline underline-offset-2">
                Everybody in it
              </Link>
            </p>
          </Section>
        </>
      )}
      <div className="mt-10">
        <Membership me={state} />
      </div>
    </Page>
  );
}

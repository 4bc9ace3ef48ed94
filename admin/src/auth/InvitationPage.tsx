import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/http';
import { Problem } from '../api/problem';
import { Failure } from '../ui/Failure';
import { Field, PasswordField } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { fieldsOf } from './fields';
import { forgetInvitation, takeInvitation } from './fragment';
import { PASSWORD_HINT } from './password';
import { OutsideGuest } from './provider/lazy';
import { useSession, useSessionState } from './session';
import { Submit } from './Submit';

export interface Invitation {
  workspace: string;
  inviter: string | null;
  email: string;
  role: string;
  has_account: boolean;
}

/** Where the link leads that invites somebody into a workspace. */
export function InvitationPage({ token: given }: { token?: string }) {
  const [token] = useState(() => given ?? takeInvitation());
  const session = useSession();
  // Who keeps the accounts is known then.
  const state = useSessionState();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => look(token),
    retry: (count, error) => count < 3 && !(error instanceof Problem && error.status < 500),
    staleTime: Infinity,
  });
  if (invitation.isPending || state.phase === 'starting') {
    return (
      <AuthLayout title="An invitation">
        <p role="status" className="text-mute">
          Looking it up…
        </p>
      </AuthLayout>
    );
  }
  if (state.phase === 'unreachable') {
    return (
      <AuthLayout title="An invitation">
        <Failure error={state.problem} retry={() => session.start()} />
      </AuthLayout>
    );
  }
  if (invitation.isError) {
    return (
      <AuthLayout title="This invitation does not work" lead="It may be over, taken back or used. Ask for another one.">
        <Refusal error={invitation.error} />
        <AuthLink to="login">Log in</AuthLink>
      </AuthLayout>
    );
  }
  const { workspace, inviter, email, role } = invitation.data;
  const lead = `${inviter ?? 'Somebody'} invites ${email} to work in ${workspace} as ${role}.`;
  return (
    <AuthLayout title={`Join ${workspace}`} lead={lead}>
      {session.provider ? (
        <OutsideGuest token={token} provider={session.provider} invitation={invitation.data} />
      ) : (
        <Guest token={token} invitation={invitation.data} />
      )}
    </AuthLayout>
  );
}

async function look(token: string): Promise<Invitation> {
  try {
    return (await call('/api/auth/invitation', { method: 'POST', body: { token } })) as Invitation;
  } catch (error) {
    if (error instanceof Problem && !error.passing) forgetInvitation();
    throw error;
  }
}

/** Whose account is kept here, or is to be. */
function Guest({ token, invitation: { workspace, email, has_account } }: { token: string; invitation: Invitation }) {
  const session = useSession();
  const accept = useMutation({
    mutationFn: (guest: { name?: string; password?: string }) => session.accept({ token, ...guest }),
    // The console begins at its front, for whoever is logged in by it.
    onSuccess: (joined) => joined ?? location.replace('/app/'),
  });
  if (accept.isSuccess) {
    return (
      <div className="space-y-4">
        <Done>You belong to {workspace} now.</Done>
        <AuthLink to="login">Log in as {email}</AuthLink>
      </div>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        const { name, password } = fieldsOf(event);
        accept.mutate(has_account ? {} : { name: name ?? '', password: password ?? '' });
      }}
      className="space-y-4"
    >
      {!has_account && (
        <>
          <Field label="Your name" name="name" autoComplete="name" required maxLength={80} autoFocus />
          <PasswordField name="password" autoComplete="new-password" minLength={10} maxLength={128} hint={PASSWORD_HINT} />
        </>
      )}
      <Refusal error={accept.error} />
      <Submit label="Accept the invitation" busy="Accepting it…" pending={accept.isPending} error={accept.error} />
    </form>
  );
}

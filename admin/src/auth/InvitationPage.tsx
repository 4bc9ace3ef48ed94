import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/http';
import { Problem } from '../api/problem';
import { Field, PasswordField } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { fieldsOf } from './fields';
import { takeToken } from './fragment';
import { PASSWORD_HINT } from './password';
import { useSession } from './session';
import { Submit } from './Submit';

interface Invitation {
  workspace: string;
  inviter: string | null;
  email: string;
  role: string;
  has_account: boolean;
}

/** Where the link leads that invites somebody into a workspace. */
export function InvitationPage({ token: given }: { token?: string }) {
  const [token] = useState(() => given ?? takeToken());
  const session = useSession();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: async () => (await call('/api/auth/invitation', { method: 'POST', body: { token } })) as Invitation,
    retry: (count, error) => count < 3 && !(error instanceof Problem && error.status < 500),
    staleTime: Infinity,
  });
  const accept = useMutation({
    mutationFn: (guest: { name?: string; password?: string }) => session.accept({ token, ...guest }),
    // The console begins at its front, for whoever is logged in by it.
    onSuccess: (joined) => joined ?? location.replace('/console/'),
  });
  if (invitation.isPending) {
    return (
      <AuthLayout title="An invitation">
        <p role="status" className="text-mute">
          Looking it up…
        </p>
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
  const { workspace, inviter, email, role, has_account } = invitation.data;
  const lead = `${inviter ?? 'Somebody'} invites ${email} to work in ${workspace} as ${role}.`;
  return (
    <AuthLayout title={`Join ${workspace}`} lead={lead}>
      {accept.isSuccess ? (
        <div className="space-y-4">
          <Done>You belong to {workspace} now.</Done>
          <AuthLink to="login">Log in as {email}</AuthLink>
        </div>
      ) : (
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
      )}
    </AuthLayout>
  );
}

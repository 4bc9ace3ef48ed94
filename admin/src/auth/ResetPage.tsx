import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/http';
import { PasswordField } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { fieldsOf } from './fields';
import { takeToken } from './fragment';
import { PASSWORD_HINT } from './password';
import { useSession, useSessionState } from './session';
import { Submit } from './Submit';

/** Where the link leads that is mailed to who forgot the password. */
export function ResetPage({ token: given }: { token?: string }) {
  const [token] = useState(() => given ?? takeToken());
  const reset = useMutation({
    mutationFn: (password: string) => call('/api/auth/reset-password', { method: 'POST', body: { token, password } }),
  });
  const { provider } = useSession();
  useSessionState(); // Who keeps the accounts is known with it.
  if (provider) {
    return (
      <AuthLayout title="Choose another password" lead={`${provider.name} keeps the accounts of this console, and their passwords.`}>
        <AuthLink to="forgot-password">Go on there</AuthLink>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Choose another password" lead="You are logged out everywhere when it changes.">
      {reset.isSuccess ? (
        <div className="space-y-4">
          <Done>Your password is changed.</Done>
          <AuthLink to="login">Log in with it</AuthLink>
        </div>
      ) : (
        <form onSubmit={(event) => reset.mutate(fieldsOf(event).password ?? '')} className="space-y-4">
          <PasswordField
            label="New password"
            name="password"
            autoComplete="new-password"
            minLength={10}
            maxLength={128}
            autoFocus
            hint={PASSWORD_HINT}
          />
          <Refusal error={reset.error} />
          <Submit label="Change the password" busy="Changing it…" pending={reset.isPending} error={reset.error} />
          <p className="text-mute">
            <AuthLink to="forgot-password">Mail me another link</AuthLink>
          </p>
        </form>
      )}
    </AuthLayout>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/http';
import { Done, Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { takeToken } from './fragment';
import { Submit } from './Submit';
import { useSession, useSessionState } from './session';

/**
 * Where links lead that confirm an address. It takes a click: programs that look at mails open links,
 * and a link works once.
 */
export function VerifyPage({ token: given }: { token?: string }) {
  const session = useSession();
  const state = useSessionState();
  const [token] = useState(() => given ?? takeToken());
  const verify = useMutation({
    mutationFn: async () => (await call('/api/auth/verify-email', { method: 'POST', body: { token } })) as { email: string },
    onSuccess: ({ email }) => {
      if (state.phase === 'in') session.update({ ...state.user, email, email_verified: true });
    },
  });
  return (
    <AuthLayout title="Confirm your address">
      {verify.data ? (
        <div className="space-y-4">
          <Done>{verify.data.email} is confirmed.</Done>
          <AuthLink to="login">Go to the console</AuthLink>
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            verify.mutate();
          }}
          className="space-y-4"
        >
          <Refusal error={verify.error} />
          <Submit label="Confirm the address" busy="Confirming it…" pending={verify.isPending} error={verify.error} />
        </form>
      )}
    </AuthLayout>
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button } from '../../ui/Button';
import { Refusal } from '../../ui/Notice';
import { forgetInvitation, keepInvitation } from '../fragment';
import type { Invitation } from '../InvitationPage';
import { useSession, useSessionState } from '../session';
import { Submit } from '../Submit';
import { ProviderLogin } from './LoginPage';
import type { Provider } from './provider';

interface OutsideGuestProps {
  token: string;
  provider: Provider;
  invitation: Invitation;
}

/** Whose account an identity provider keeps: they log in there first, come back, and accept. */
export function OutsideGuest({ token, provider, invitation: { email } }: OutsideGuestProps) {
  const { phase } = useSessionState();
  useEffect(() => keepInvitation(token), [token]);
  if (phase === 'out') {
    return (
      <div className="space-y-4">
        <p>
          {provider.name} keeps the accounts of this console. Log in as {email}, then accept.
        </p>
        <ProviderLogin provider={provider} purpose="log-in" email={email} />
      </div>
    );
  }
  return <Arrived token={token} provider={provider} />;
}

function Arrived({ token, provider }: { token: string; provider: Provider }) {
  const session = useSession();
  const { data: address } = useQuery({ queryKey: ['address'], queryFn: () => provider.address(), gcTime: 0 });
  const accept = useMutation({
    mutationFn: () => session.accept({ token }),
    onSuccess: () => {
      forgetInvitation();
      location.replace('/app/');
    },
  });
  const logOut = useMutation({ mutationFn: () => session.logOut() });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate();
      }}
      className="space-y-4"
    >
      {address && <p>You are logged in as {address}.</p>}
      <Refusal error={accept.error ?? logOut.error} />
      <Submit label="Accept the invitation" busy="Accepting it…" pending={accept.isPending} error={accept.error} />
      <Button className="h-10 w-full" disabled={logOut.isPending} onClick={() => logOut.mutate()}>
        Log in as someone else
      </Button>
    </form>
  );
}

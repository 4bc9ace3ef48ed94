import { useMutation } from '@tanstack/react-query';
import { Button } from '../../ui/Button';
import { Refusal } from '../../ui/Notice';
import { AuthLink } from '../AuthLayout';
import { here } from '../place';
import type { Clerk } from './clerk';
import type { Purpose } from './LoginPage';

/** To Clerk's own pages, and from there back to this one. */
export function ClerkLogin({ clerk, purpose }: { clerk: Clerk; purpose: Purpose }) {
  const go = useMutation({ mutationFn: (where: 'log-in' | 'sign-up') => clerk.go(where, here()) });
  const signUp = (
    <Button look={purpose === 'sign-up' ? 'primary' : 'plain'} className="h-10 w-full" disabled={go.isPending} onClick={() => go.mutate('sign-up')}>
      Create an account with Clerk
    </Button>
  );
  return (
    <div className="space-y-4">
      {purpose === 'forgot' && <p>Clerk asks for your address, and helps who forgot the password.</p>}
      <Refusal error={go.error} />
      {purpose === 'sign-up' ? (
        <>
          {signUp}
          <p className="text-mute">
            You have one? <AuthLink to="login">Log in</AuthLink>
          </p>
        </>
      ) : (
        <>
          <Button look="primary" className="h-10 w-full" disabled={go.isPending} onClick={() => go.mutate('log-in')}>
            {purpose === 'forgot' ? 'Go on with Clerk' : 'Log in with Clerk'}
          </Button>
          {purpose === 'log-in' ? (
            signUp
          ) : (
            <p className="text-mute">
              <AuthLink to="login">Back to the log-in</AuthLink>
            </p>
          )}
        </>
      )}
    </div>
  );
}

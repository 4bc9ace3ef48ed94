import { AuthLayout } from './AuthLayout';
import { Ended } from './Ended';
import { LoginForm } from './LoginForm';

/** Shown at any address while nobody is logged in; the address stays. */
export function LoginPage({ ended }: { ended: boolean }) {
  return (
    <AuthLayout title="Log in to the console" lead="Read your conversations and set up your spaces.">
      {ended && <Ended />}
      <LoginForm />
    </AuthLayout>
  );
}

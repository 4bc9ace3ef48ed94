import { Clock3 } from 'lucide-react';
import { AuthLayout } from './AuthLayout';
import { LoginForm } from './LoginForm';

/** Shown at any address while nobody is logged in; the address stays. */
export function LoginPage({ ended }: { ended: boolean }) {
  return (
    <AuthLayout title="Log in to the console" lead="Read your conversations and set up your spaces.">
      {ended && (
        <p role="status" className="mb-5 flex items-center gap-2 rounded-lg bg-warn-soft px-3 py-2.5 text-warn">
          <Clock3 className="size-4 shrink-0" aria-hidden /> Your session is over. Log in to go on where you were.
        </p>
      )}
      <LoginForm />
    </AuthLayout>
  );
}

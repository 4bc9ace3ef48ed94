import { useMutation } from '@tanstack/react-query';
import { call } from '../api/http';
import { Field } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { fieldsOf } from './fields';
import { Submit } from './Submit';

export function ForgotPage() {
  const ask = useMutation({
    mutationFn: (email: string) => call('/api/auth/forgot-password', { method: 'POST', body: { email } }),
  });
  return (
    <AuthLayout title="Choose another password" lead="We mail you a link to do so.">
      <form onSubmit={(event) => ask.mutate((fieldsOf(event).email ?? '').trim())} className="space-y-4">
        <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <Refusal error={ask.error} />
        {ask.isSuccess && <Done>If there is an account with this address, a link is on its way. It works for an hour.</Done>}
        <Submit label="Mail me a link" busy="Sending…" pending={ask.isPending} error={ask.error} />
        <p className="text-mute">
          <AuthLink to="login">Back to the log-in</AuthLink>
        </p>
      </form>
    </AuthLayout>
  );
}

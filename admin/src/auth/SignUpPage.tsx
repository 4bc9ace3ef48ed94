import { useMutation } from '@tanstack/react-query';
import { Field, PasswordField } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { AuthLayout, AuthLink } from './AuthLayout';
import { fieldsOf } from './fields';
import { PASSWORD_HINT } from './password';
import { useSession, type NewAccount } from './session';
import { Submit } from './Submit';

export function SignUpPage() {
  const session = useSession();
  const signUp = useMutation({ mutationFn: (account: NewAccount) => session.signUp(account) });
  return (
    <AuthLayout title="Create an account" lead="With a workspace of your own. We mail you a link to confirm your address.">
      <form
        onSubmit={(event) => {
          const { name = '', workspace = '', email = '', password = '' } = fieldsOf(event);
          signUp.mutate({ name, workspace, email: email.trim(), password });
        }}
        className="space-y-4"
      >
        <Field label="Your name" name="name" autoComplete="name" required maxLength={80} autoFocus />
        <Field label="Company" name="workspace" autoComplete="organization" required maxLength={80} hint="What your workspace is called." />
        <Field label="E-mail" name="email" type="email" autoComplete="username" required />
        <PasswordField name="password" autoComplete="new-password" minLength={10} maxLength={128} hint={PASSWORD_HINT} />
        <Refusal error={signUp.error} />
        <Submit label="Create the account" busy="Creating it…" pending={signUp.isPending} error={signUp.error} />
        <p className="text-mute">
          You have one? <AuthLink to="login">Log in</AuthLink>
        </p>
      </form>
    </AuthLayout>
  );
}

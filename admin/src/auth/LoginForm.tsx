import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem';
import { Button } from '../ui/Button';
import { Field, PasswordField } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { fieldsOf } from './fields';
import { AuthLink } from './AuthLayout';
import { useSession } from './session';
import { Submit } from './Submit';

interface Credentials {
  email: string;
  password: string;
}

export function LoginForm() {
  const session = useSession();
  /** What was right as far as it went, while a code is asked for. */
  const [known, setKnown] = useState<Credentials | null>(null);
  const login = useMutation({
    mutationFn: ({ email, password, code }: Credentials & { code?: string }) => session.logIn(email, password, code),
    onError: (error, { email, password }) => {
      if (error instanceof Problem && error.code === 'code_required') setKnown({ email, password });
    },
  });
  const error = login.error instanceof Problem && login.error.code === 'code_required' ? null : login.error;
  const button = { pending: login.isPending, error, label: 'Log in', busy: 'Logging in…' };

  if (known) {
    const back = () => {
      setKnown(null);
      login.reset();
    };
    return (
      <form
        key="code"
        onSubmit={(event) => {
          const { code = '' } = fieldsOf(event);
          login.mutate({ ...known, code: code.replace(/\s/g, '') });
        }}
        className="space-y-4"
      >
        <Field
          label="Code"
          name="code"
          autoComplete="one-time-code"
          required
          autoFocus
          maxLength={40}
          hint="From your authenticator app. If you lost it, give one of your recovery codes."
        />
        <Refusal error={error} />
        <Submit {...button} />
        <Button look="quiet" className="w-full" onClick={back}>
          Log in as someone else
        </Button>
      </form>
    );
  }
  return (
    <form
      key="password"
      onSubmit={(event) => {
        const { email = '', password = '' } = fieldsOf(event);
        login.mutate({ email: email.trim(), password });
      }}
      className="space-y-4"
    >
      <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
      <PasswordField name="password" autoComplete="current-password" />
      <Refusal error={error} />
      <Submit {...button} />
      <p className="flex justify-between text-mute">
        <AuthLink to="forgot-password">Forgot your password?</AuthLink>
        <AuthLink to="signup">Create an account</AuthLink>
      </p>
    </form>
  );
}

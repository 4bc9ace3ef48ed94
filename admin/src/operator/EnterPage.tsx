import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem';
import { useTitle } from '../app/title';
import { fieldsOf } from '../auth/fields';
import { Submit } from '../auth/Submit';
import { Field, PasswordField } from '../ui/Field';
import { Logo } from '../ui/Logo';
import { Refusal } from '../ui/Notice';
import { enter, type Operator } from './api';

interface Credentials {
  email: string;
  password: string;
}

/** The way in: the account's password, and always its second factor. */
export function EnterPage({ entered }: { entered: (operator: Operator) => void }) {
  useTitle('Operators');
  const [known, setKnown] = useState<Credentials | null>(null);
  const entering = useMutation({
    mutationFn: (given: Credentials & { code?: string }) => enter(given),
    onSuccess: entered,
    onError: (error, { email, password }) => {
      if (error instanceof Problem && error.code === 'code_required') setKnown({ email, password });
    },
  });
  const error = entering.error instanceof Problem && entering.error.code === 'code_required' ? null : entering.error;
  return (
    <main className="grid min-h-full place-items-center bg-panel p-6">
      <div className="w-full max-w-sm">
        <p className="flex items-center gap-2.5 text-base font-semibold">
          <Logo /> Parlance
        </p>
        <h1 className="mt-8 text-2xl font-semibold tracking-tight">Operators</h1>
        <p className="mt-1.5 mb-7 text-mute">For those who run this installation. Everything that is done here is on record.</p>
        <form
          key={known ? 'code' : 'password'}
          onSubmit={(event) => {
            const { email = '', password = '', code = '' } = fieldsOf(event);
            entering.mutate(known ? { ...known, code: code.replace(/\s/g, '') } : { email: email.trim(), password });
          }}
          className="space-y-4"
        >
          {known ? (
            <Field label="Code" name="code" autoComplete="one-time-code" required autoFocus maxLength={40} hint="From your authenticator app, or a recovery code." />
          ) : (
            <>
              <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
              <PasswordField name="password" autoComplete="current-password" />
            </>
          )}
          <Refusal error={error} />
          <Submit pending={entering.isPending} error={error} label="Enter" busy="Entering…" />
        </form>
      </div>
    </main>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { fieldsOf } from '../auth/fields';
import { PASSWORD_HINT } from '../auth/password';
import { useSession, type User } from '../auth/session';
import { Button } from '../ui/Button';
import { Field, PasswordField } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import { Section } from '../ui/Section';

export function NameForm({ user }: { user: User }) {
  const [api, session] = [useApi(), useSession()];
  const rename = useMutation({
    mutationFn: (name: string) => api.patch<User>('/api/auth/me', { name }),
    onSuccess: (renamed) => session.update(renamed),
  });
  return (
    <Section title="Name" lead="How your team and your visitors see you.">
      <form onSubmit={(event) => rename.mutate(fieldsOf(event).name ?? '')} className="space-y-4">
        <Field label="Your name" name="name" autoComplete="name" required maxLength={80} defaultValue={user.name} />
        <Refusal error={rename.error} />
        {rename.isSuccess && <Done>Your name is changed.</Done>}
        <Button type="submit" disabled={rename.isPending}>
          Save
        </Button>
      </form>
    </Section>
  );
}

export function EmailForm({ user }: { user: User }) {
  const api = useApi();
  const change = useMutation({
    mutationFn: (body: { email: string; password: string }) => api.post('/api/auth/change-email', body),
  });
  return (
    <Section title="E-mail" lead="What you log in with. A new address counts once you have followed the link we mail there.">
      <p>
        {user.email} {!user.email_verified && <span className="rounded-full bg-warn-soft px-2 py-0.5 text-xs font-medium text-warn">Not confirmed</span>}
      </p>
      <form
        onSubmit={(event) => {
          const { email = '', password = '' } = fieldsOf(event);
          change.mutate({ email: email.trim(), password });
        }}
        className="space-y-4"
      >
        <Field label="New address" name="email" type="email" autoComplete="email" required />
        <PasswordField name="password" autoComplete="current-password" />
        <Refusal error={change.error} />
        {change.isSuccess && <Done>We mailed a link to {change.variables.email}. Follow it within a day.</Done>}
        <Button type="submit" disabled={change.isPending}>
          Change the address
        </Button>
      </form>
    </Section>
  );
}

export function PasswordForm() {
  const [api, queries] = [useApi(), useQueryClient()];
  const change = useMutation({
    mutationFn: (body: { password: string; new_password: string }) => api.post('/api/auth/change-password', body),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Section title="Password" lead="All your other sessions end when it changes.">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget;
          const { password = '', new_password = '' } = fieldsOf(event);
          change.mutate({ password, new_password }, { onSuccess: () => form.reset() });
        }}
        className="space-y-4"
      >
        <PasswordField label="Current password" name="password" autoComplete="current-password" />
        <PasswordField label="New password" name="new_password" autoComplete="new-password" minLength={10} maxLength={128} hint={PASSWORD_HINT} />
        <Refusal error={change.error} />
        {change.isSuccess && <Done>Your password is changed.</Done>}
        <Button type="submit" disabled={change.isPending}>
          Change the password
        </Button>
      </form>
    </Section>
  );
}

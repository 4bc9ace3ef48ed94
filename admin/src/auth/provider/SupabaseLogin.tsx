import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from '../../ui/Button';
import { Field, PasswordField } from '../../ui/Field';
import { Done, Refusal } from '../../ui/Notice';
import { AuthLink } from '../AuthLayout';
import { fieldsOf } from '../fields';
import { here } from '../place';
import { Submit } from '../Submit';
import type { Purpose } from './LoginPage';
import type { Methods, Supabase } from './supabase';

interface SupabaseLoginProps {
  supabase: Supabase;
  purpose: Purpose;
  /** Of whom an invitation is for: they stay on its page. */
  email?: string;
}

/** What the project lets people log in with. */
export function SupabaseLogin({ supabase, purpose, email = '' }: SupabaseLoginProps) {
  const methods = useQuery({ queryKey: ['login-methods'], queryFn: ({ signal }) => supabase.methods(signal), staleTime: Infinity });
  if (methods.isPending) {
    return (
      <p role="status" className="text-mute">
        One moment…
      </p>
    );
  }
  if (methods.isError) {
    return (
      <div className="space-y-4">
        <Refusal error={methods.error} />
        <Button onClick={() => void methods.refetch()}>Try again</Button>
      </div>
    );
  }
  const how = methods.data;
  if (purpose === 'sign-up' && !how.signUp) {
    return (
      <div className="space-y-4">
        <p>New accounts are made by whoever looks after this installation. Ask there for one.</p>
        <AuthLink to="login">Back to the log-in</AuthLink>
      </div>
    );
  }
  const byPassword = purpose === 'log-in';
  return (
    <div className="space-y-6">
      <Refusal error={supabase.notice} />
      {how.email && (byPassword ? <PasswordLogin supabase={supabase} how={how} email={email} /> : <LinkLogin supabase={supabase} how={how} purpose={purpose} email={email} />)}
      {how.oauth.length > 0 && <OAuthLogin supabase={supabase} how={how} />}
      {!how.email && how.oauth.length === 0 && <p>The project has no way to log in that this page knows.</p>}
    </div>
  );
}

interface WayProps {
  supabase: Supabase;
  how: Methods;
  email: string;
}

function PasswordLogin({ supabase, how, email }: WayProps) {
  const login = useMutation({ mutationFn: (given: { email: string; password: string }) => supabase.withPassword(given.email, given.password) });
  const link = useMutation({ mutationFn: (to: string) => supabase.withLink(to, here(), how.signUp) });
  return (
    <form
      onSubmit={(event) => {
        const { email = '', password = '' } = fieldsOf(event);
        link.reset();
        login.mutate({ email: email.trim(), password });
      }}
      className="space-y-4"
    >
      <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus defaultValue={email} />
      <PasswordField name="password" autoComplete="current-password" />
      <Refusal error={login.error ?? link.error} />
      {link.isSuccess && <Sent to={link.variables} />}
      <Submit label="Log in" busy="Logging in…" pending={login.isPending} error={login.error} />
      <Button
        className="h-10 w-full"
        disabled={link.isPending}
        onClick={(event) => {
          const field = event.currentTarget.form?.elements.namedItem('email');
          if (!(field instanceof HTMLInputElement) || !field.reportValidity()) return;
          login.reset();
          link.mutate(field.value.trim());
        }}
      >
        Mail me a link instead
      </Button>
      {email ? (
        how.signUp && <p className="text-mute">You have no account yet? The link makes one.</p>
      ) : (
        <p className="flex justify-between text-mute">
          <AuthLink to="forgot-password">Forgot your password?</AuthLink>
          {how.signUp && <AuthLink to="signup">Create an account</AuthLink>}
        </p>
      )}
    </form>
  );
}

function LinkLogin({ supabase, how, purpose, email }: WayProps & { purpose: Purpose }) {
  const link = useMutation({ mutationFn: (to: string) => supabase.withLink(to, here(), purpose === 'sign-up' && how.signUp) });
  return (
    <form onSubmit={(event) => link.mutate((fieldsOf(event).email ?? '').trim())} className="space-y-4">
      <p>{purpose === 'sign-up' ? 'We mail you a link that makes your account and logs you in.' : 'You need none: we mail you a link that logs you in.'}</p>
      <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus defaultValue={email} />
      <Refusal error={link.error} />
      {link.isSuccess && <Sent to={link.variables} />}
      <Submit label="Mail me a link" busy="Sending…" pending={link.isPending} error={link.error} />
      <p className="text-mute">
        <AuthLink to="login">Back to the log-in</AuthLink>
      </p>
    </form>
  );
}

function Sent({ to }: { to: string }) {
  return <Done>A link is on its way to {to}. Open it in this browser; it works once.</Done>;
}

function OAuthLogin({ supabase, how }: { supabase: Supabase; how: Methods }) {
  const go = useMutation({ mutationFn: (provider: string) => supabase.withOAuth(provider, here()) });
  return (
    <div className="space-y-3 border-t border-line pt-6">
      <Refusal error={go.error} />
      {how.oauth.map(({ id, name }) => (
        <Button key={id} className="h-10 w-full" disabled={go.isPending} onClick={() => go.mutate(id)}>
          Go on with {name}
        </Button>
      ))}
    </div>
  );
}

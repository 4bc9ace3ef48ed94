import { useMutation } from '@tanstack/react-query';
import type { Provider } from '../auth/provider/provider';
import type { User } from '../auth/session';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import { Section } from '../ui/Section';

/** One's own account, where an identity provider keeps it. */
export function KeptElsewhere({ user, provider }: { user: User; provider: Provider }) {
  return (
    <>
      <Section title="Name" lead="How your team and your visitors see you.">
        <p>{user.name}</p>
      </Section>
      <Section title="E-mail" lead="What you are known by here.">
        <p className="break-words">
          {user.email} {!user.email_verified && <span className="rounded-full bg-warn-soft px-2 py-0.5 text-xs font-medium text-warn">Not confirmed</span>}
        </p>
      </Section>
      <Section title="Changing them" lead={`${provider.name} keeps your account. What is changed there is seen here within a day.`}>
        {provider.kind === 'clerk' ? (
          <ToProfile go={() => provider.go('profile', location.href)} />
        ) : (
          <p>Name, address and password are changed in the Supabase project, by whoever looks after this installation. You can always log in by a link that is mailed to you.</p>
        )}
      </Section>
    </>
  );
}

function ToProfile({ go }: { go: () => Promise<void> }) {
  const leave = useMutation({ mutationFn: go });
  return (
    <>
      <p>Name, addresses, password, two-factor login and your other sessions are on your profile at Clerk.</p>
      <Refusal error={leave.error} />
      <Button disabled={leave.isPending} onClick={() => leave.mutate()}>
        Open your profile
      </Button>
    </>
  );
}

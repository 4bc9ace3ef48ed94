import { useMutation } from '@tanstack/react-query';
import { sentence, type Problem } from '../../api/problem';
import { Button } from '../../ui/Button';
import { Refusal } from '../../ui/Notice';
import { AuthLayout } from '../AuthLayout';
import { useSession } from '../session';
import { OrganisationList } from './OrganisationList';

/** For whom the provider logs in and the server does not let in. */
export function RefusedPage({ problem }: { problem: Problem }) {
  const session = useSession();
  const again = useMutation({ mutationFn: () => session.start() });
  const logOut = useMutation({ mutationFn: () => session.logOut() });
  const { provider } = session;
  return (
    <AuthLayout title="You cannot come in yet" lead={sentence(problem)}>
      <div className="space-y-6">
        {provider?.kind === 'clerk' && <OrganisationList clerk={provider} />}
        <Refusal error={logOut.error} />
        <p className="flex flex-wrap gap-2">
          <Button look="primary" className="h-10" disabled={again.isPending} onClick={() => again.mutate()}>
            Try again
          </Button>
          <Button className="h-10" disabled={logOut.isPending} onClick={() => logOut.mutate()}>
            Log out
          </Button>
        </p>
      </div>
    </AuthLayout>
  );
}

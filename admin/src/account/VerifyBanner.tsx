import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MailWarning } from 'lucide-react';
import { useEffect } from 'react';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import { useSession, type User } from '../auth/session';
import { meQuery } from './api';

/** Above every page until the address is confirmed. */
export function VerifyBanner({ user }: { user: User }) {
  const api = useApi();
  const [queries, session] = [useQueryClient(), useSession()];
  // It may be confirmed in another tab, or on another device.
  const { data: me } = useQuery({ ...meQuery(api), enabled: !user.email_verified, refetchOnWindowFocus: 'always' });
  useEffect(() => {
    if (user.email_verified || !me?.user?.email_verified) return;
    session.update(me.user);
    void queries.invalidateQueries();
  }, [me, user, session, queries]);
  const resend = useMutation({ mutationFn: () => api.post('/api/auth/verify-email/resend') });
  if (user.email_verified) return null;
  return (
    <div role="status" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-warn-soft px-4 py-2 text-warn">
      <MailWarning className="hidden size-4 shrink-0 sm:block" aria-hidden />
      <span>Confirm {user.email} to publish a space and to invite your team: follow the link we mailed you.</span>
      {resend.isSuccess ? (
        <span className="font-medium">It is on its way again.</span>
      ) : (
        <button type="button" onClick={() => resend.mutate()} disabled={resend.isPending} className="font-medium underline underline-offset-2">
          Mail it again
        </button>
      )}
      {resend.error && <span className="text-bad">{sentence(resend.error)}</span>}
    </div>
  );
}

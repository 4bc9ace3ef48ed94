import { useMutation } from '@tanstack/react-query';
import { MailWarning } from 'lucide-react';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import type { User } from '../auth/session';

/** Above every page until the address is confirmed. */
export function VerifyBanner({ user }: { user: User }) {
  const api = useApi();
  const resend = useMutation({ mutationFn: () => api.post('/api/auth/verify-email/resend') });
  if (user.email_verified) return null;
  return (
    <div role="status" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-warn-soft px-4 py-2 text-warn">
      <MailWarning className="size-4 shrink-0" aria-hidden />
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

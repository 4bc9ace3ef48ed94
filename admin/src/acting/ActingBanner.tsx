import { useMutation } from '@tanstack/react-query';
import { VenetianMask } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import { sentence } from '../api/problem';
import { useSession, type Acting } from '../auth/session';
import { left, useSecond } from './left';

/** Above every page while an operator acts as the workspace: for how long still, why, and the way out. */
export function ActingBanner({ acting }: { acting: Acting }) {
  const [session, now] = [useSession(), useSecond()];
  const ending = useMutation({ mutationFn: () => session.logOut() });
  const over = Date.parse(acting.until) <= now;
  const leave = useEffectEvent(() => ending.mutate());
  useEffect(() => {
    if (over) leave();
  }, [over]);
  return (
    <div role="region" aria-label="Acting as a workspace" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-warn-soft px-4 py-2 text-warn">
      <VenetianMask className="hidden size-4 shrink-0 sm:block" aria-hidden />
      <span>
        You act as {acting.workspace}, {acting.may_write ? 'with changes' : 'to read only'}: <span className="font-medium tabular-nums">{left(acting.until, now)}</span> left.
      </span>
      <span className="min-w-0 truncate text-xs" title={acting.reason}>
        {acting.reason}
      </span>
      <button type="button" onClick={() => ending.mutate()} disabled={ending.isPending} className="font-medium underline underline-offset-2">
        End
      </button>
      {ending.error && <span className="text-bad">{sentence(ending.error)}</span>}
    </div>
  );
}

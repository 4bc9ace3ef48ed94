import { useMutation } from '@tanstack/react-query';
import { Building2, UserRound } from 'lucide-react';
import { Refusal } from '../../ui/Notice';
import type { Clerk } from './clerk';

/** Where else somebody can go who belongs to organisations. */
export function OrganisationList({ clerk }: { clerk: Clerk }) {
  const choose = useMutation({ mutationFn: (id: string | null) => clerk.actFor(id) });
  const here = clerk.organisation();
  const others = [...clerk.organisations(), { id: null, name: OWN }].filter(({ id }) => id !== here);
  if (clerk.organisations().length === 0) return null;
  return (
    <div className="space-y-3">
      <h2 className="font-semibold">Or go on in</h2>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {others.map(({ id, name }) => (
          <li key={id}>
            <button
              type="button"
              disabled={choose.isPending}
              onClick={() => choose.mutate(id)}
              className="flex w-full items-center gap-3 p-3.5 text-start font-medium hover:bg-sunken disabled:opacity-55"
            >
              {id ? <Building2 className="size-4 text-mute" aria-hidden /> : <UserRound className="size-4 text-mute" aria-hidden />}
              <span className="min-w-0 truncate">{name}</span>
            </button>
          </li>
        ))}
      </ul>
      <Refusal error={choose.error} />
    </div>
  );
}

/** Without an organisation. */
export const OWN = 'Your own workspace';

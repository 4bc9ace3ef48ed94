import { ChevronsUpDown } from 'lucide-react';
import { lazy } from 'react';
import type { Identity } from '../auth/session';
import { useCallSettings } from '../inbox/callSettings';
import { initials } from '../ui/Avatar';
import { LateMenu } from '../ui/LateMenu';
import { patient } from './patient';

const UserItems = lazy(patient(async () => ({ default: (await import('./UserItems')).UserItems })));

/** Who is logged in, and what they can do about it. */
export function UserMenu({ identity, wide }: { identity: Identity; wide?: boolean }) {
  const { user, tenant } = identity;
  const away = useCallSettings().away === user.id;
  return (
    <LateMenu className="flex w-full items-center gap-2.5 rounded-lg p-1.5 text-start hover:bg-sunken" menu={<UserItems identity={identity} />}>
      <span aria-hidden className="relative grid size-8 shrink-0 place-items-center rounded-full bg-accent-fill text-xs font-semibold text-on-accent">
        {initials(user.name)}
        {away && <span className="absolute -end-0.5 -bottom-0.5 size-3 rounded-full bg-warn ring-2 ring-panel" />}
      </span>
      <span className="sr-only">Your account, {!wide && user.name} {away && '(away)'}</span>
      {wide && (
        <>
          <span className="min-w-0 flex-1 leading-tight">
            <span className="block truncate font-medium">{user.name}</span>
            <span className="block truncate text-xs text-mute capitalize">{away ? 'Away' : tenant.role}</span>
          </span>
          <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
        </>
      )}
    </LateMenu>
  );
}

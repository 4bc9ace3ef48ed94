import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { meQuery } from '../account/api';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import { useSession, type Identity } from '../auth/session';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuTrigger } from '../ui/Menu';
import { useTheme, type Theme } from './theme';

const THEMES = [
  { theme: 'system', label: 'System', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
] as const;

/** Who is logged in, how the console looks to them, and the way out. */
export function UserMenu({ identity: { user, tenant }, wide }: { identity: Identity; wide?: boolean }) {
  const session = useSession();
  const [theme, setTheme] = useTheme();
  const logOut = useMutation({ mutationFn: () => session.logOut() });
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery(useApi()));
  const workspaces = me?.memberships ?? [];
  const switchTo = useMutation({ mutationFn: (other: string) => session.switchTo(other) });
  const stay = (event: Event) => event.preventDefault();
  return (
    <Menu>
      <MenuTrigger aria-label={`Your account, ${user.name}`} className="flex w-full items-center gap-2.5 rounded-lg p-1.5 text-start hover:bg-sunken">
        <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-fill text-xs font-semibold text-on-accent">
          {initials(user.name)}
        </span>
        {wide && (
          <>
            <span className="min-w-0 flex-1 leading-tight">
              <span className="block truncate font-medium">{user.name}</span>
              <span className="block truncate text-xs text-mute capitalize">{tenant.role}</span>
            </span>
            <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
          </>
        )}
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{user.email}</MenuLabel>
        <MenuItem onSelect={() => void navigate({ to: '/account' })}>
          <UserRound className="size-4 text-mute" aria-hidden /> Your account
        </MenuItem>
        <MenuLine />
        {workspaces.length > 1 && (
          <>
            <MenuLabel>Workspace</MenuLabel>
            <MenuRadioGroup value={tenant.id} onValueChange={(other) => switchTo.mutate(other)}>
              {workspaces.map((one) => (
                <MenuRadio key={one.tenant} value={one.tenant} onSelect={stay}>
                  {one.name}
                </MenuRadio>
              ))}
            </MenuRadioGroup>
            {switchTo.error && (
              <p role="alert" className="max-w-56 px-2.5 pb-2 text-xs text-bad">
                {sentence(switchTo.error)}
              </p>
            )}
            <MenuLine />
          </>
        )}
        <MenuLabel>Theme</MenuLabel>
        <MenuRadioGroup value={theme} onValueChange={(next) => setTheme(next as Theme)}>
          {THEMES.map(({ theme: value, label, icon: Icon }) => (
            <MenuRadio key={value} value={value} onSelect={stay}>
              <Icon className="size-4 text-mute" aria-hidden /> {label}
            </MenuRadio>
          ))}
        </MenuRadioGroup>
        <MenuLine />
        <MenuItem
          disabled={logOut.isPending}
          onSelect={(event) => {
            stay(event); // open until it is done, to say if it could not be
            logOut.mutate();
          }}
        >
          <LogOut className="size-4 text-mute" aria-hidden /> Log out
        </MenuItem>
        {logOut.error && (
          <p role="alert" className="max-w-56 px-2.5 pb-2 text-xs text-bad">
            You are still logged in. {sentence(logOut.error)}
          </p>
        )}
      </MenuContent>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.charAt(0) ?? '').join('').toUpperCase() || '?';
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut, Monitor, Moon, MoonStar, Sun, UserRound } from 'lucide-react';
import { Suspense } from 'react';
import { meQuery } from '../account/api';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import { Organisations } from '../auth/provider/lazy';
import { useSession, type Identity } from '../auth/session';
import { setCalls, useCallSettings } from '../inbox/callSettings';
import { MenuCheck, MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup } from '../ui/Menu';
import { PlaceMenu } from './PlaceMenu';
import { useTheme, type Theme } from './theme';

const THEMES = [
  { theme: 'system', label: 'System', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
] as const;

/** How the console looks to who is logged in, where else they can go, and the way out. */
export function UserItems({ identity: { user, tenant, acting } }: { identity: Identity }) {
  const session = useSession();
  const [theme, setTheme] = useTheme();
  const logOut = useMutation({ mutationFn: () => session.logOut() });
  const navigate = useNavigate();
  const away = useCallSettings().away === user.id;
  const stay = (event: Event) => event.preventDefault();
  return (
    <MenuContent align="end">
      <MenuLabel>{user.email}</MenuLabel>
      {!acting && (
        <>
          <MenuItem onSelect={() => void navigate({ to: '/account' })}>
            <UserRound className="size-4 text-mute" aria-hidden /> Your account
          </MenuItem>
          <MenuCheck checked={away} onSelect={stay} onCheckedChange={(on) => setCalls({ away: on ? user.id : null })}>
            <MoonStar className="size-4 text-mute" aria-hidden /> Away
          </MenuCheck>
          <MenuLine />
          <Places here={tenant.id} />
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
        <LogOut className="size-4 text-mute" aria-hidden /> {acting ? 'End acting' : 'Log out'}
      </MenuItem>
      {logOut.error && (
        <p role="alert" className="max-w-56 px-2.5 pb-2 text-xs text-bad">
          You are still logged in. {sentence(logOut.error)}
        </p>
      )}
    </MenuContent>
  );
}

/** The person's organisations where they act for such, else their workspaces, where there are several. */
function Places({ here }: { here: string }) {
  const session = useSession();
  const { data: me } = useQuery(meQuery(useApi()));
  const { provider } = session;
  if (provider?.kind === 'clerk' && provider.organisations().length > 0) {
    return (
      <Suspense>
        <Organisations clerk={provider} />
      </Suspense>
    );
  }
  const places = me?.memberships.map(({ tenant, name }) => ({ id: tenant, name })) ?? [];
  return places.length > 1 && <PlaceMenu label="Workspace" here={here} places={places} go={(tenant) => session.switchTo(tenant)} />;
}

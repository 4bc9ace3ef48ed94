import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { ChartNoAxesCombined, ChevronsUpDown, Contact, EyeOff, Inbox, Plus, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useWorkspacePlaces } from '../app/WorkspaceNav';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup, MenuTrigger } from '../ui/Menu';
import { spacesQuery, type Space } from './api';
import { NewSpace } from './lazy';

/** The spaces of the workspace, in the sidebar. */
export function SpaceNav() {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const slug = useParams({ strict: false }).space;
  const may = useMay('spaces:write');
  const [making, setMaking] = useState(false);
  return (
    <nav aria-label="Spaces" className="px-3">
      <div className="flex items-center justify-between gap-2 ps-2">
        <h2 className="py-2 text-xs font-medium text-mute">Spaces</h2>
        {may && (
          <button
            type="button"
            aria-label="New space"
            title="New space"
            onClick={() => setMaking(true)}
            className="grid size-7 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
          >
            <Plus className="size-4" aria-hidden />
          </button>
        )}
      </div>
      {making && <NewSpace close={() => setMaking(false)} />}
      <ul className="space-y-0.5">
        {spaces.map((space) => (
          <li key={space.id}>
            <Link
              to="/spaces/$space"
              params={{ space: space.slug }}
              className={`flex items-center gap-2.5 rounded-lg p-2 font-medium hover:bg-sunken hover:text-ink ${space.slug === slug ? 'bg-sunken text-ink' : 'text-mute'}`}
            >
              <SpaceTile name={space.name} />
              <span className="min-w-0 flex-1 truncate">{space.name}</span>
              {!space.published && <Hidden />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const WORK = [
  { to: '/inbox', label: 'Inbox', icon: Inbox },
  { to: '/contacts', label: 'Contacts', icon: Contact },
  { to: '/overview', label: 'Overview', icon: ChartNoAxesCombined },
] as const;
const ACCOUNT = { to: '/account', label: 'Your account' };

/** The whole sidebar on a narrow screen: a menu. */
export function SpaceSwitcher() {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const slug = useParams({ strict: false }).space;
  const navigate = useNavigate();
  const places = useWorkspacePlaces();
  const may = useMay('spaces:write');
  const [making, setMaking] = useState(false);
  const here = useLocation({ select: ({ pathname }) => pathname });
  const place = [...WORK, ...places, ACCOUNT].find(({ to }) => here.startsWith(to));
  const open = spaces.find((space) => space.slug === slug);
  const go = (space: string) => void navigate({ to: '/spaces/$space', params: { space } });
  return (
    <>
      {making && <NewSpace close={() => setMaking(false)} />}
      <Menu>
        <MenuTrigger className="flex min-h-9 min-w-0 items-center gap-2 rounded-lg p-1.5 font-semibold hover:bg-sunken">
          {open && <SpaceTile name={open.name} />}
          <span className="truncate">{open?.name ?? place?.label ?? 'Menu'}</span>
          <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
          <span className="sr-only">Go somewhere else</span>
        </MenuTrigger>
        <MenuContent align="start">
          {WORK.map((one) => (
            <PlaceItem key={one.to} place={one} go={() => void navigate({ to: one.to })} />
          ))}
          <MenuLine />
          <MenuLabel>Spaces</MenuLabel>
          <MenuRadioGroup value={slug ?? ''} onValueChange={go}>
            {spaces.map((space: Space) => (
              <MenuRadio key={space.id} value={space.slug}>
                <SpaceTile name={space.name} /> {space.name}
                {!space.published && <Hidden />}
              </MenuRadio>
            ))}
          </MenuRadioGroup>
          {may && <PlaceItem place={{ label: 'New space', icon: Plus }} go={() => setMaking(true)} />}
          <MenuLine />
          <MenuLabel>Workspace</MenuLabel>
          {places.map((one) => (
            <PlaceItem key={one.to} place={one} go={() => void navigate({ to: one.to })} />
          ))}
        </MenuContent>
      </Menu>
    </>
  );
}

function PlaceItem({ place: { label, icon: Icon }, go }: { place: { label: string; icon: LucideIcon }; go: () => void }) {
  return (
    <MenuItem onSelect={go}>
      <span className="grid size-6 place-items-center">
        <Icon className="size-4 text-mute" aria-hidden />
      </span>
      {label}
    </MenuItem>
  );
}

function SpaceTile({ name }: { name: string }) {
  return (
    <span aria-hidden className="grid size-6 shrink-0 place-items-center rounded-md bg-accent-soft text-xs font-semibold text-accent">
      {name.charAt(0).toUpperCase()}
    </span>
  );
}

function Hidden() {
  return (
    <>
      <EyeOff className="size-3.5 shrink-0" aria-hidden />
      <span className="sr-only">(not published)</span>
    </>
  );
}

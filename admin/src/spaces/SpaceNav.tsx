import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ChevronsUpDown, EyeOff } from 'lucide-react';
import { useApi } from '../api/client';
import { Menu, MenuContent, MenuLabel, MenuRadio, MenuRadioGroup, MenuTrigger } from '../ui/Menu';
import { spacesQuery, type Space } from './api';

/** The spaces of the workspace, in the sidebar. */
export function SpaceNav() {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  return (
    <nav aria-label="Spaces" className="min-h-0 flex-1 overflow-y-auto px-3">
      <h2 className="px-2 py-2 text-xs font-medium text-mute">Spaces</h2>
      <ul className="space-y-0.5">
        {spaces.map((space) => (
          <li key={space.id}>
            <Link
              to="/spaces/$space/conversations"
              params={{ space: space.slug }}
              activeOptions={{ exact: false }}
              className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
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

/** The same on a narrow screen: a menu. */
export function SpaceSwitcher() {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const slug = useParams({ strict: false }).space;
  const navigate = useNavigate();
  const open = spaces.find((space) => space.slug === slug);
  const go = (space: string) => void navigate({ to: '/spaces/$space/conversations', params: { space } });
  return (
    <Menu>
      <MenuTrigger className="flex min-w-0 items-center gap-2 rounded-lg p-1.5 font-semibold hover:bg-sunken">
        <SpaceTile name={open?.name ?? '·'} />
        <span className="truncate">{open?.name ?? 'Spaces'}</span>
        <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
        <span className="sr-only">Switch space</span>
      </MenuTrigger>
      <MenuContent align="start">
        <MenuLabel>Spaces</MenuLabel>
        <MenuRadioGroup value={slug ?? ''} onValueChange={go}>
          {spaces.map((space: Space) => (
            <MenuRadio key={space.id} value={space.slug}>
              <SpaceTile name={space.name} /> {space.name}
              {!space.published && <Hidden />}
            </MenuRadio>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
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

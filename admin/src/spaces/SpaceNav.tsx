import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useParams } from '@tanstack/react-router';
import { ChevronsUpDown, Plus } from 'lucide-react';
import { lazy, useState } from 'react';
import { useApi } from '../api/client';
import { patient } from '../app/patient';
import { useMay } from '../app/permission';
import { useWorkspacePlaces } from '../app/WorkspaceNav';
import { LateMenu } from '../ui/LateMenu';
import { spacesQuery } from './api';
import { NewSpace } from './lazy';
import { WORK } from './places';
import { Hidden, SpaceTile } from './SpaceTile';

const SwitcherItems = lazy(patient(async () => ({ default: (await import('./SwitcherItems')).SwitcherItems })));

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

const ACCOUNT = { to: '/account', label: 'Your account' };

/** The whole sidebar on a narrow screen: a menu. */
export function SpaceSwitcher() {
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  const slug = useParams({ strict: false }).space;
  const places = useWorkspacePlaces();
  const may = useMay('spaces:write');
  const [making, setMaking] = useState(false);
  const here = useLocation({ select: ({ pathname }) => pathname });
  const place = [...WORK, ...places, ACCOUNT].find(({ to }) => here.startsWith(to));
  const open = spaces.find((space) => space.slug === slug);
  return (
    <>
      {making && <NewSpace close={() => setMaking(false)} />}
      <LateMenu
        className="flex min-h-9 min-w-0 items-center gap-2 rounded-lg p-1.5 font-semibold hover:bg-sunken"
        menu={<SwitcherItems spaces={spaces} slug={slug} make={may ? () => setMaking(true) : undefined} />}
      >
        {open && <SpaceTile name={open.name} />}
        <span className="truncate">{open?.name ?? place?.label ?? 'Menu'}</span>
        <ChevronsUpDown className="size-4 shrink-0 text-mute" aria-hidden />
        <span className="sr-only">Go somewhere else</span>
      </LateMenu>
    </>
  );
}

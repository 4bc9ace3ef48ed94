import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useMatchRoute } from '@tanstack/react-router';
import { CodeXml, MessagesSquare, SearchX, type LucideIcon } from 'lucide-react';
import { useApi } from '../api/client';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { SkeletonRows } from '../ui/Skeleton';
import { SpaceProvider, spacesQuery, type Space } from './api';

const route = getRouteApi('/spaces/$space');

/** The space that the address names, its tabs, and the page below. */
export function SpaceLayout() {
  const { space: slug } = route.useParams();
  const { data: spaces, error, refetch } = useQuery(spacesQuery(useApi()));
  if (!spaces) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading the space" />;
  const space = spaces.find((one) => one.slug === slug);
  if (!space) return <Absent />;
  return (
    // A page of its own for each: nothing of one space shows in another.
    <SpaceProvider value={space} key={space.id}>
      <Header space={space} />
      <Outlet />
    </SpaceProvider>
  );
}

/** Gives way to the open conversation on a narrow screen. */
function Header({ space }: { space: Space }) {
  const reading = Boolean(useMatchRoute()({ to: '/spaces/$space/conversations/$conversation' }));
  return (
    <header
      className={`${reading ? 'hidden md:flex' : 'flex'} h-14 shrink-0 items-center justify-between gap-4 border-b border-line bg-panel px-2 sm:px-4`}
    >
      <div className="hidden min-w-0 items-center gap-2.5 ps-2 lg:flex">
        <h1 className="truncate text-base font-semibold">{space.name}</h1>
        {!space.published && <span className="rounded-full bg-warn-soft px-2 py-0.5 text-xs font-medium text-warn">Not published</span>}
      </div>
      <nav aria-label={`Pages of ${space.name}`} className="flex gap-1">
        <Tab to="/spaces/$space/conversations" slug={space.slug} icon={MessagesSquare} label="Conversations" />
        <Tab to="/spaces/$space/install" slug={space.slug} icon={CodeXml} label="Install" />
      </nav>
    </header>
  );
}

interface TabProps {
  to: '/spaces/$space/conversations' | '/spaces/$space/install';
  slug: string;
  icon: LucideIcon;
  label: string;
}

function Tab({ to, slug, icon: Icon, label }: TabProps) {
  return (
    <Link
      to={to}
      params={{ space: slug }}
      className="inline-flex h-9 items-center gap-2 rounded-lg px-3 font-medium text-mute hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
    >
      <Icon className="size-4" aria-hidden /> {label}
    </Link>
  );
}

function Absent() {
  return (
    <Empty icon={SearchX} title="No such space">
      <p>There is none of this name in your workspace.</p>
      <Link to="/" className="font-medium text-accent underline underline-offset-2">
        Your spaces
      </Link>
    </Empty>
  );
}

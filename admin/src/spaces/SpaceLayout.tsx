import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { CodeXml, FlaskConical, LibraryBig, SearchX, Settings2, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { useShownTab } from '../ui/shownTab';
import { SkeletonRows } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { SpaceProvider, spacesQuery, type Space } from './api';

const route = getRouteApi('/spaces/$space');

/** The space that the address names, its tabs, and the page below. */
export function SpaceLayout() {
  const { space: slug } = route.useParams();
  const { data: spaces, error, refetch } = useQuery(spacesQuery(useApi()));
  const [before, setBefore] = useState<{ slug: string; id: string } | null>(null);
  if (!spaces) return error ? <Failure error={error} retry={refetch} /> : <SkeletonRows label="Loading the space" />;
  const space = found(spaces, slug, before);
  if (space && (before?.slug !== slug || before.id !== space.id)) setBefore({ slug, id: space.id });
  if (!space) return <Absent />;
  return (
    // A page of its own for each: nothing of one space shows in another.
    <SpaceProvider value={space} key={space.id}>
      <Header space={space} />
      <Outlet />
    </SpaceProvider>
  );
}

/** The space of this slug; where the slug has just been changed, the one that had it at this address. */
function found(spaces: Space[], slug: string, before: { slug: string; id: string } | null): Space | undefined {
  return spaces.find((one) => one.slug === slug) ?? (before?.slug === slug ? spaces.find((one) => one.id === before.id) : undefined);
}

function Header({ space }: { space: Space }) {
  const may = useMay('spaces:write');
  const tabs = useShownTab();
  return (
    <header
      className="flex h-14 shrink-0 items-center justify-between gap-4 border-b border-line bg-panel px-2 sm:px-4"
    >
      <div className="min-w-0 items-center gap-2.5 ps-2 max-lg:sr-only lg:flex">
        <h1 className="truncate text-base font-semibold">{space.name}</h1>
        {!space.published && <Tag look="warn">Not published</Tag>}
      </div>
      <nav ref={tabs} aria-label={`Pages of ${space.name}`} className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 py-2 [scrollbar-width:none]">
        <Tab to="/spaces/$space/knowledge" slug={space.slug} icon={LibraryBig} label="Knowledge" />
        <Tab to="/spaces/$space/playground" slug={space.slug} icon={FlaskConical} label="Playground" />
        <Tab to="/spaces/$space/install" slug={space.slug} icon={CodeXml} label="Install" />
        {may && <Tab to="/spaces/$space/settings" slug={space.slug} icon={Settings2} label="Settings" />}
      </nav>
    </header>
  );
}

interface TabProps {
  to: '/spaces/$space/knowledge' | '/spaces/$space/playground' | '/spaces/$space/install' | '/spaces/$space/settings';
  slug: string;
  icon: LucideIcon;
  label: string;
}

function Tab({ to, slug, icon: Icon, label }: TabProps) {
  return (
    <Link
      to={to}
      params={{ space: slug }}
      className="inline-flex h-9 shrink-0 items-center gap-2 rounded-lg px-2.5 font-medium sm:px-3 text-mute hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
    >
      <Icon className="hidden size-4 sm:block" aria-hidden /> {label}
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

import { Link, Outlet } from '@tanstack/react-router';
import { BookOpenText, FlaskConical, Globe, History, Lock, Palette, TriangleAlert, Users } from 'lucide-react';
import { useMay } from '../../app/permission';
import { useTitle } from '../../app/title';
import { Empty } from '../../ui/Empty';
import { useShownTab } from '../../ui/shownTab';
import { useSpace } from '../api';
import { DraftProvider } from './Draft';
import { PublishBar } from './PublishBar';
import { SaveBar } from './SaveBar';

const SECTIONS = [
  { to: '/spaces/$space/settings', label: 'Look', icon: Palette },
  { to: '/spaces/$space/settings/answers', label: 'Answers', icon: BookOpenText },
  { to: '/spaces/$space/settings/people', label: 'People', icon: Users },
  { to: '/spaces/$space/settings/site', label: 'Site', icon: Globe },
  { to: '/spaces/$space/settings/versions', label: 'Versions', icon: History },
  { to: '/spaces/$space/settings/experiments', label: 'A/B test', icon: FlaskConical },
  { to: '/spaces/$space/settings/danger', label: 'Danger', icon: TriangleAlert, Users },
] as const;

/** The settings of a space: one draft over all sections, saved and published as a whole. */
export function SettingsLayout() {
  const space = useSpace();
  const may = useMay('spaces:write');
  const tabs = useShownTab();
  useTitle('Settings', space.name);
  if (!may) {
    return (
      <Empty icon={Lock} title="For admins">
        <p>An admin of your workspace can change how this space looks and answers.</p>
      </Empty>
    );
  }
  return (
    <DraftProvider>
      <div className="flex min-h-0 flex-1 flex-col bg-panel lg:flex-row">
        <nav
          ref={tabs}
          aria-label="Settings"
          className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2 py-1.5 max-sm:gap-0 lg:w-48 lg:flex-col lg:gap-0.5 lg:border-e lg:border-b-0 lg:p-3"
        >
          {SECTIONS.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              params={{ space: space.slug }}
              activeOptions={{ exact: true }}
              className="flex h-9 shrink-0 items-center gap-2.5 rounded-lg px-2.5 font-medium text-mute max-sm:px-2 max-sm:text-[13px] hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
            >
              <Icon className="hidden size-4 sm:block" aria-hidden /> {label}
            </Link>
          ))}
        </nav>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <PublishBar />
          <div className="min-h-0 flex-1 overflow-y-auto">
            <Outlet />
          </div>
          <SaveBar />
        </div>
      </div>
    </DraftProvider>
  );
}

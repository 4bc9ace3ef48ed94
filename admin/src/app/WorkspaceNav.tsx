import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Archive, CreditCard, KeyRound, MessageSquareQuote, ScrollText, Settings, Shapes, Split, Timer, Users, type LucideIcon } from 'lucide-react';
import { useApi } from '../api/client';
import { archivedQuery } from '../spaces/api';
import { useMay } from './permission';

interface Place {
  to: '/deadlines' | '/canned-replies' | '/categories' | '/routing' | '/team' | '/keys' | '/billing' | '/audit' | '/archived' | '/workspace';
  label: string;
  icon: LucideIcon;
}

/** The pages of the workspace that who is logged in may see. */
export function useWorkspacePlaces(): Place[] {
  const sorting = useMay('tickets:configure');
  const [canned, keys, audit, spaces] = [useMay('conversations:write'), useMay('keys:read'), useMay('audit:read'), useMay('spaces:write')];
  const billing = useMay('billing:read');
  const { data: archived = [] } = useQuery({ ...archivedQuery(useApi()), enabled: spaces });
  const places: (Place | false)[] = [
    canned && { to: '/canned-replies', label: 'Canned replies', icon: MessageSquareQuote },
    { to: '/deadlines', label: 'Deadlines', icon: Timer },
    sorting && { to: '/categories', label: 'Categories', icon: Shapes },
    sorting && { to: '/routing', label: 'Routing', icon: Split },
    { to: '/team', label: 'Team', icon: Users },
    keys && { to: '/keys', label: 'API keys', icon: KeyRound },
    billing && { to: '/billing', label: 'Billing', icon: CreditCard },
    audit && { to: '/audit', label: 'Audit log', icon: ScrollText },
    { to: '/workspace', label: 'Workspace settings', icon: Settings },
    archived.length > 0 && { to: '/archived', label: 'Archived spaces', icon: Archive },
  ];
  return places.filter((place) => place !== false);
}

/** The same in the sidebar. */
export function WorkspaceNav() {
  const places = useWorkspacePlaces();
  return (
    <nav aria-label="Workspace" className="px-3 pt-4 pb-3">
      <h2 className="px-2 py-2 text-xs font-medium text-mute">Workspace</h2>
      <ul className="space-y-0.5">
        {places.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
            >
              <span className="grid size-6 shrink-0 place-items-center">
                <Icon className="size-4" aria-hidden />
              </span>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

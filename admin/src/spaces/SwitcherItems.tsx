import { useNavigate } from '@tanstack/react-router';
import { Plus, type LucideIcon } from 'lucide-react';
import { useWorkspacePlaces } from '../app/WorkspaceNav';
import { MenuContent, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup } from '../ui/Menu';
import type { Space } from './api';
import { WORK } from './places';
import { Hidden, SpaceTile } from './SpaceTile';

interface SwitcherItemsProps {
  spaces: readonly Space[];
  /** Of the open one. */
  slug: string | undefined;
  /** Makes a new one, for who may. */
  make: (() => void) | undefined;
}

/** Where one can go, as a menu. */
export function SwitcherItems({ spaces, slug, make }: SwitcherItemsProps) {
  const navigate = useNavigate();
  const places = useWorkspacePlaces();
  const go = (space: string) => void navigate({ to: '/spaces/$space', params: { space } });
  return (
    <MenuContent align="start">
      {WORK.map((one) => (
        <PlaceItem key={one.to} place={one} go={() => void navigate({ to: one.to })} />
      ))}
      <MenuLine />
      <MenuLabel>Spaces</MenuLabel>
      <MenuRadioGroup value={slug ?? ''} onValueChange={go}>
        {spaces.map((space) => (
          <MenuRadio key={space.id} value={space.slug}>
            <SpaceTile name={space.name} /> {space.name}
            {!space.published && <Hidden />}
          </MenuRadio>
        ))}
      </MenuRadioGroup>
      {make && <PlaceItem place={{ label: 'New space', icon: Plus }} go={make} />}
      <MenuLine />
      <MenuLabel>Workspace</MenuLabel>
      {places.map((one) => (
        <PlaceItem key={one.to} place={one} go={() => void navigate({ to: one.to })} />
      ))}
    </MenuContent>
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

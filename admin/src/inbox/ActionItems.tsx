import { MenuContent, MenuItem, MenuLabel, MenuLine } from '../ui/Menu';
import type { Doable } from './acts';

/** Colleagues in the menu at most; all are found with the palette. */
const OFFERED = 12;

interface ActionItemsProps {
  more: Doable[];
  /** How long it can be put off. */
  later: Doable[];
  /** Whom it can be given to. */
  give: Doable[];
  act: (act: Doable['act']) => void;
}

/** What else can be done with a conversation. */
export function ActionItems({ more, later, give, act }: ActionItemsProps) {
  return (
    <MenuContent align="end">
      <Items of={more} act={act} />
      <Items label="Put off until" of={later} act={act} line={more.length > 0} />
      <Items label="Give to" of={give.slice(0, OFFERED)} act={act} line={more.length + later.length > 0} />
    </MenuContent>
  );
}

function Items({ label, of, act, line }: { label?: string; of: Doable[]; act: (act: Doable['act']) => void; line?: boolean }) {
  if (of.length === 0) return null;
  return (
    <>
      {line && <MenuLine />}
      {label && <MenuLabel>{label}</MenuLabel>}
      {of.map((one, i) => (
        <MenuItem key={i} onSelect={() => act(one.act)}>
          <one.icon className="size-4 text-mute" aria-hidden /> {one.label}
          {one.hint && <span className="ms-auto ps-6 text-xs text-mute">{one.hint}</span>}
        </MenuItem>
      ))}
    </>
  );
}

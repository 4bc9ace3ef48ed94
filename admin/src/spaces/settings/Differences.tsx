import { Changes } from '../../ui/Changes';
import { nameOf } from './fields';
import { toldHours } from './hours/hours';
import type { Difference } from './queries';

/** What differs between two versions of a space, in the words of the settings. */
export function Differences({ items }: { items: Difference[] }) {
  if (items.length === 0) return <p className="text-mute">Nothing is different.</p>;
  return <Changes items={items.map(({ field, before, after }) => ({ name: nameOf(field), before: toldHours(field, before), after: toldHours(field, after) }))} />;
}

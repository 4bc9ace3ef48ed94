import type { ComponentProps } from 'react';
import { MenuContent } from '../ui/Menu';
import { SavedItems } from '../views/SavedItems';
import type { Wanted } from './wanted';

/** Saved views of tickets, in their menu. */
export function ViewsItems(items: ComponentProps<typeof SavedItems<Wanted>>) {
  return (
    <MenuContent align="start">
      <SavedItems {...items} />
    </MenuContent>
  );
}

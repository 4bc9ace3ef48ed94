import type { ComponentProps, ReactNode } from 'react';
import { Menu, MenuTrigger } from './Menu';

/** A menu that begins open. */
export function OpenMenu({ button, children }: { button: ComponentProps<'button'>; children: ReactNode }) {
  return (
    <Menu defaultOpen>
      <MenuTrigger {...button} />
      {children}
    </Menu>
  );
}

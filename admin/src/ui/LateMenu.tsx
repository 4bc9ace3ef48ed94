import { lazy, Suspense, useState, type ComponentProps, type ReactNode } from 'react';
import { patient } from '../app/patient';

const OpenMenu = lazy(patient(async () => ({ default: (await import('./OpenMenu')).OpenMenu })));

interface LateMenuProps extends ComponentProps<'button'> {
  /** The content of the menu, which is loaded when it is first shown. */
  menu: ReactNode;
}

/** A button whose menu is loaded when it is first asked for: what makes menus is heavier than most pages. */
export function LateMenu({ menu, ...button }: LateMenuProps) {
  const [isAsked, setAsked] = useState(false);
  const closed = <button type="button" {...button} aria-haspopup="menu" aria-expanded={false} aria-busy={isAsked} onClick={() => setAsked(true)} />;
  if (!isAsked) return closed;
  return (
    <Suspense fallback={closed}>
      <OpenMenu button={button}>{menu}</OpenMenu>
    </Suspense>
  );
}

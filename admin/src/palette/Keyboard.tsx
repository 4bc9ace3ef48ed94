import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { createContext, lazy, Suspense, use, useState, type ReactNode } from 'react';
import { SHORTCUTS, useKeys } from '../app/keys';
import { Keys } from '../ui/Keys';

const Palette = lazy(async () => ({ default: (await import('./Palette')).Palette }));
const Shortcuts = lazy(async () => ({ default: (await import('./Shortcuts')).Shortcuts }));

const PaletteContext = createContext<() => void>(() => undefined);

/** The keys that work everywhere, and the windows that they open. */
export function Keyboard({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const navigate = useNavigate();
  const [close, find, help] = [() => setOpen(null), () => setOpen('palette'), () => setOpen('help')];
  useKeys({ palette: find, help, inbox: () => void navigate({ to: '/inbox' }), tickets: () => void navigate({ to: '/tickets' }), contacts: () => void navigate({ to: '/contacts' }), canned: () => void navigate({ to: '/canned-replies' }) });
  return (
    <PaletteContext value={find}>
      {children}
      <Suspense>
        {open === 'palette' && <Palette close={close} help={help} />}
        {open === 'help' && <Shortcuts close={close} />}
      </Suspense>
    </PaletteContext>
  );
}

/** Opens the palette without a key. */
export function FindButton({ wide }: { wide?: boolean }) {
  const find = use(PaletteContext);
  if (!wide) {
    return (
      <button type="button" aria-label="Find a page or do something" onClick={find} className="grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink">
        <Search className="size-4" aria-hidden />
      </button>
    );
  }
  return (
    <button type="button" onClick={find} className="mx-3 mb-3 flex h-9 items-center gap-2.5 rounded-lg border border-line px-2.5 text-mute hover:border-strong hover:text-ink">
      <Search className="size-4" aria-hidden />
      <span className="flex-1 text-start">Find or do</span>
      <Keys of={SHORTCUTS.palette.keys[0]} />
    </button>
  );
}

import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../app/keys';

/** A search is asked for when nobody has typed for so long. */
const PAUSE_MS = 200;

/** Searches tickets as one types. */
export function SearchField({ word, change }: { word: string; change: (word: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(word);
  const told = useRef(word);
  useKeys({ filter: () => input.current?.focus() });
  // The address changed by itself.
  useEffect(() => {
    if (word === told.current) return;
    told.current = word;
    setTyped(word);
  }, [word]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed.trim();
      change(told.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, change]);
  return (
    <div role="search" className="relative min-w-0 flex-1 basis-52 sm:max-w-80">
      <Search className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-mute" aria-hidden />
      <input
        ref={input}
        type="search"
        maxLength={200}
        aria-label="Search tickets"
        placeholder="Subject, name or e-mail"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="h-9 w-full rounded-lg border border-line bg-panel ps-8 pe-2 text-base hover:border-strong focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm"
      />
    </div>
  );
}

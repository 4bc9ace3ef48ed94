import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { Field } from '../../../ui/Field';
import { browserZone, matchingZones, zones } from './hours';

/** In the list at most: who wants another types on. */
const SHOWN = 8;

interface ZoneFieldProps {
  value: string;
  change: (zone: string) => void;
  fault: string | undefined;
}

/** A time zone, found by what one types of its name. Left without a choice it is what it was. */
export function ZoneField({ value, change, fault }: ZoneFieldProps) {
  const id = useId();
  const all = useMemo(() => zones(), []);
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const found = typed === null ? [] : matchingZones(all, typed).slice(0, SHOWN);
  const look = (text: string) => {
    setTyped(text);
    setAt(0);
  };
  const take = (zone: string | undefined) => {
    if (zone) change(zone);
    setTyped(null);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && typed === null) look('');
    else if (step && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === 'Enter' && typed !== null) take(found[at]);
    else if (event.key === 'Escape' && typed !== null) setTyped(null);
    else return;
    event.preventDefault();
  };
  return (
    <div className="relative">
      <Field
        label="Time zone"
        fault={fault}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={value}
        value={typed ?? value}
        onFocus={({ target }) => target.select()}
        onClick={() => typed === null && look('')}
        onChange={({ target }) => look(target.value)}
        onKeyDown={pressed}
        onBlur={() => setTyped(null)}
      />
      {typed !== null && (
        <ul id={id} role="listbox" aria-label="Time zones" className="absolute inset-x-0 z-20 mt-1 animate-rise overflow-hidden rounded-lg border border-line bg-panel p-1 shadow-pop">
          {found.map((zone, i) => (
            <li
              key={zone}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(zone)}
              onMouseMove={() => setAt(i)}
              className="flex cursor-pointer justify-between gap-2 rounded-md px-2 py-1.5 aria-selected:bg-accent-soft aria-selected:text-accent"
            >
              {zone.replaceAll('_', ' ')}
              {zone === browserZone() && <span className="text-xs text-mute">yours</span>}
            </li>
          ))}
          {found.length === 0 && <li className="px-2 py-1.5 text-mute">No time zone is called so.</li>}
        </ul>
      )}
    </div>
  );
}

import { Search } from 'lucide-react';
import { useRef } from 'react';
import { useKeys } from '../app/keys';
import { SHOWN, type Filter, type Shown } from './filter';
import { count, figure } from './words';

interface FilterProps {
  filter: Filter;
  change: (filter: Filter) => void;
  shown: number;
  of: number;
  /** Whether there are others that have not been read yet. */
  more: boolean;
}

const box = 'h-8 rounded-lg border border-line bg-panel text-base hover:border-strong focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm';

/** Above the documents; `/` leads here. */
export function DocumentFilter({ filter, change, shown, of, more }: FilterProps) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ filter: () => input.current?.focus() });
  const isFiltered = Boolean(filter.q || filter.show);
  return (
    <div role="search" className="sticky top-0 z-10 flex flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-2 sm:px-5">
      <div className="relative min-w-40 flex-1 sm:max-w-72">
        <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-mute" aria-hidden />
        <input
          ref={input}
          type="search"
          aria-label="Filter by title or name"
          placeholder="Title or name"
          value={filter.q ?? ''}
          onChange={({ target }) => change({ ...(filter.show && { show: filter.show }), ...(target.value && { q: target.value }) })}
          className={`${box} w-full ps-8 pe-2`}
        />
      </div>
      <select
        aria-label="Which documents"
        value={filter.show ?? ''}
        onChange={({ target }) => change({ ...(filter.q && { q: filter.q }), ...(target.value && { show: target.value as Shown }) })}
        className={`${box} px-2`}
      >
        <option value="">All</option>
        {Object.entries(SHOWN).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <p role="status" className="ms-auto text-xs text-mute tabular-nums max-sm:sr-only">
        {isFiltered ? `${figure(shown)} of ${figure(of)}${more ? '+' : ''}` : `${count(of, 'document')}${more ? ', and more' : ''}`}
      </p>
    </div>
  );
}

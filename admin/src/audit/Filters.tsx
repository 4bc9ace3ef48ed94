import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { keysQuery } from '../keys/api';
import { membersQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Select } from '../ui/Inputs';
import { ACTIONS, inWords } from './actions';
import type { Wanted } from './wanted';

/** Narrows the log; what is chosen stands in the address. */
export function Filters({ wanted, change }: { wanted: Wanted; change: (wanted: Wanted) => void }) {
  const [api, programs] = [useApi(), useMay('keys:read')];
  const { data: members = [] } = useQuery(membersQuery(api));
  const { data: keys = [] } = useQuery({ ...keysQuery(api), enabled: programs });
  const put = (name: keyof Wanted, value: string) => {
    change(Object.fromEntries(Object.entries({ ...wanted, [name]: value }).filter(([, one]) => one)));
  };
  const known = !wanted.actor || [...members, ...keys].some(({ id }) => id === wanted.actor);
  return (
    <div role="search" aria-label="Audit log" className="grid grid-cols-2 items-end gap-3 lg:grid-cols-[1fr_1fr_10rem_10rem_auto]">
      <Select label="Who" value={wanted.actor ?? ''} onChange={(event) => put('actor', event.target.value)}>
        <option value="">Everybody</option>
        {!known && <option value={wanted.actor}>Somebody who is not here any more</option>}
        <optgroup label="Members">
          {members.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </optgroup>
        {keys.length > 0 && (
          <optgroup label="API keys">
            {keys.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </Select>
      <Select label="What" value={wanted.action ?? ''} onChange={(event) => put('action', event.target.value)}>
        <option value="">Everything</option>
        {Object.entries(ACTIONS).map(([group, { label, acts }]) => (
          <optgroup key={group} label={label}>
            <option value={group}>{label}: all</option>
            {Object.keys(acts).map((action) => (
              <option key={action} value={action}>
                {inWords(action).join('')}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <Field label="From" type="date" value={wanted.from ?? ''} max={wanted.to} onChange={(event) => put('from', event.target.value)} />
      <Field label="To" type="date" value={wanted.to ?? ''} min={wanted.from} onChange={(event) => put('to', event.target.value)} />
      <Button look="quiet" onClick={() => change({})} className={Object.keys(wanted).length > 0 ? 'mb-0.5' : 'invisible mb-0.5 max-lg:hidden'}>
        <X className="size-4" aria-hidden /> Clear
      </Button>
    </div>
  );
}

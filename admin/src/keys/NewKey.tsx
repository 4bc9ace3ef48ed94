import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { mediumDate } from '../inbox/time';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import type { ApiKey } from './api';
import { ScopeGrid } from './ScopeGrid';

const DAY_MS = 86_400_000;
const ENDS = [
  { days: 30, label: 'In 30 days' },
  { days: 90, label: 'In 90 days' },
  { days: 365, label: 'In a year' },
  { days: 0, label: 'Never' },
];

/** Makes a key. `made` hears it, which is the only time it is told. */
export function NewKey({ close, made }: { close: () => void; made: (key: string) => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState(90);
  const [opened] = useState(() => Date.now());
  const end = days > 0 ? new Date(opened + days * DAY_MS) : null;
  const make = useMutation({
    mutationFn: () => api.post<ApiKey & { key: string }>('/api/keys', { name: name.trim(), scopes, ...(end && { expires_at: end.toISOString() }) }),
    onSuccess: ({ key }) => {
      void queries.invalidateQueries({ queryKey: ['keys'] });
      made(key);
    },
  });
  return (
    <Dialog title="New API key" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
        className="space-y-4"
      >
        <Field label="Name" value={name} onChange={(event) => setName(event.target.value)} required maxLength={60} placeholder="Nightly sync" hint="What uses it, so that you know what stops when you revoke it." />
        <ScopeGrid scopes={scopes} change={setScopes} />
        <Select label="Ends" value={days} onChange={(event) => setDays(Number(event.target.value))} hint={end ? `On ${mediumDate(end)}.` : 'It works until somebody revokes it.'}>
          {ENDS.map(({ days: after, label }) => (
            <option key={after} value={after}>
              {label}
            </option>
          ))}
        </Select>
        <Refusal error={make.error} />
        <div className="flex items-center justify-end gap-2">
          {scopes.length === 0 && <span className="me-auto text-xs text-mute">Choose what it may do</span>}
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={scopes.length === 0 || make.isPending}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

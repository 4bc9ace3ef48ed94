import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { mediumTime } from '../../inbox/time';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Refusal } from '../../ui/Notice';
import { Secret } from '../../ui/Secret';
import { SkeletonLines } from '../../ui/Skeleton';
import { Tag } from '../../ui/Tag';
import { useSpace } from '../api';
import { NewIdentityKey } from './NewIdentityKey';
import { Overlap } from './Overlap';
import { identityKeysQuery, type IdentityKey } from './queries';

/** Keys of a space at most. */
const MOST = 5;
type Doing = { act: 'make' } | { act: 'retire' | 'remove'; key: IdentityKey } | { act: 'show'; secret: string } | null;

/** The keys that the host site signs its users with. */
export function IdentityKeys() {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const { data: keys, error } = useQuery(identityKeysQuery(api, space));
  const [doing, setDoing] = useState<Doing>(null);
  const close = () => setDoing(null);
  const path = `/api/chat-spaces/${space.id}/identity-keys`;
  const changed = () => queries.invalidateQueries({ queryKey: ['identity-keys', space.id] });
  return (
    <div>
      <h3 className="mb-1.5 font-medium">Identity keys</h3>
      <Refusal error={error} />
      {!keys && !error && <SkeletonLines label="Loading identity keys" lines={1} />}
      {keys && keys.length > 0 && (
        <ul className="mb-3 divide-y divide-line rounded-lg border border-line">
          {keys.map((key) => (
            <Row key={key.kid} identity={key} retire={() => setDoing({ act: 'retire', key })} remove={() => setDoing({ act: 'remove', key })} />
          ))}
        </ul>
      )}
      {keys?.length === 0 && <p className="mb-3 text-mute">None yet. Your server signs with such a key who is logged in; Install shows how.</p>}
      {keys && (
        <Button onClick={() => setDoing({ act: 'make' })} disabled={keys.length >= MOST}>
          <Plus className="size-4 text-mute" aria-hidden /> New identity key
        </Button>
      )}
      {keys && keys.length >= MOST && <p className="mt-1.5 text-xs text-mute">A space has {MOST} at most: remove one first.</p>}

      {doing?.act === 'make' && (
        <NewIdentityKey
          close={close}
          made={async (secret) => {
            setDoing(secret ? { act: 'show', secret } : null);
            await changed();
          }}
        />
      )}
      {doing?.act === 'show' && (
        <Secret
          title="Your identity key"
          lead="Your server signs with this text who your users are. Anybody who has it could pass for any of them."
          secret={doing.secret}
          what="the secret"
          close={close}
        />
      )}
      {doing?.act === 'retire' && <Retire path={`${path}/${doing.key.kid}/retire`} changed={changed} close={close} />}
      {doing?.act === 'remove' && (
        <Confirm
          title="Remove the identity key?"
          lead="Nothing is proven by it from now on, and whom it has vouched for must be proven anew within the hour. To change to another key without a break, retire it instead."
          label="Remove the key"
          act={async () => {
            await api.delete(`${path}/${doing.key.kid}`);
            await changed();
          }}
          close={close}
        />
      )}
    </div>
  );
}

function Row({ identity, retire, remove }: { identity: IdentityKey; retire: () => void; remove: () => void }) {
  const { kid, algorithm, created_at, retires_at } = identity;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex items-center gap-2 font-medium">
          {algorithm} {retires_at && <Tag look="warn">Retires</Tag>}
        </p>
        <p className="truncate font-mono text-xs text-mute" title={kid}>
          {kid}
        </p>
        <p className="text-xs text-mute">
          {retires_at ? `Counts until ${mediumTime(new Date(retires_at))}` : `Made ${mediumTime(new Date(created_at))}`}
        </p>
      </div>
      <div className="flex gap-1">
        <Button look="quiet" onClick={retire} aria-label={`Retire the key ${kid}`}>
          Retire
        </Button>
        <Button look="quiet" onClick={remove} aria-label={`Remove the key ${kid}`}>
          Remove
        </Button>
      </div>
    </li>
  );
}

function Retire({ path, changed, close }: { path: string; changed: () => Promise<void>; close: () => void }) {
  const api = useApi();
  const [overlap_hours, setOverlap] = useState(24);
  const retire = useMutation({
    mutationFn: () => api.post(path, { overlap_hours }),
    onSuccess: async () => {
      await changed();
      close();
    },
  });
  return (
    <Dialog title="Retire the identity key" lead="Make the next key first and let your server sign with it. Both are taken until this one ends." close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          retire.mutate();
        }}
        className="space-y-4"
      >
        <Overlap label="It is still taken for" value={overlap_hours} change={setOverlap} />
        <Refusal error={retire.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={retire.isPending}>
            Retire the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useSession } from '../auth/session';
import type { Member } from '../team/api';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Select } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';

/** Makes somebody else the owner. */
export function Transfer({ members, close }: { members: Member[]; close: () => void }) {
  const [api, queries, session] = [useApi(), useQueryClient(), useSession()];
  const [member, setMember] = useState('');
  const transfer = useMutation({
    mutationFn: () => api.post('/api/team/transfer-ownership', { member }),
    onSuccess: async () => {
      // The token at hand still says owner.
      await session.renewed(await session.current()).catch(() => undefined);
      await queries.invalidateQueries();
      close();
    },
  });
  return (
    <Dialog title="Hand the workspace over" lead="They may do everything from now on, and you are an admin. Only they can give it back." close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          transfer.mutate();
        }}
        className="space-y-4"
      >
        <Select label="To" value={member} onChange={(event) => setMember(event.target.value)} required>
          <option value="" disabled>
            Choose a member
          </option>
          {members.map(({ id, name, email }) => (
            <option key={id} value={id}>
              {name} ({email})
            </option>
          ))}
        </Select>
        <Refusal error={transfer.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="danger" disabled={!member || transfer.isPending}>
            Hand the workspace over
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import type { Role } from '../app/permission';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Done, Refusal } from '../ui/Notice';
import type { Invitation } from './api';
import { RoleSelect } from './RoleSelect';

/** Mails a link to somebody; stays open, because one invites several. */
export function Invite({ mine, close }: { mine: string; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const invite = useMutation({
    mutationFn: () => api.post<Invitation>('/api/team/invitations', { email: email.trim(), role }),
    onSuccess: async () => {
      setEmail('');
      await queries.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  return (
    <Dialog title="Invite somebody" lead="They get a link by e-mail, which works for seven days." close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
        className="space-y-4"
      >
        <Field label="E-mail" type="email" value={email} onChange={(event) => setEmail(event.target.value)} required maxLength={254} autoComplete="off" />
        <RoleSelect mine={mine} value={role} change={setRole} />
        <Refusal error={invite.error} />
        {invite.isSuccess && !email && <Done>{invite.data.email} is invited.</Done>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>{invite.isSuccess ? 'Close' : 'Cancel'}</Button>
          <Button type="submit" look="primary" disabled={invite.isPending}>
            Send the invitation
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

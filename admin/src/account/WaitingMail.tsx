import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { Switch } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { Section } from '../ui/Section';
import { notificationsQuery, type Notifications } from './api';

/** What one is told by mail of a workspace. */
export function WaitingMail() {
  const [api, queries] = [useApi(), useQueryClient()];
  const query = notificationsQuery(api);
  const { data, error } = useQuery(query);
  const change = useMutation({
    mutationFn: (wanted: Partial<Notifications>) => api.patch<Notifications>('/api/auth/notifications', wanted),
    onSuccess: (now) => queries.setQueryData(query.queryKey, now),
  });
  const shown = data && change.isPending ? { ...data, ...change.variables } : data;
  return (
    <Section title="Mail" lead="For this workspace, on whichever device you are.">
      <Switch
        label="When nobody is there"
        hint="A mail when a visitor begins to wait and no agent is there, at most one in 15 minutes."
        checked={shown?.waiting_mail ?? false}
        disabled={!shown || change.isPending}
        onChange={({ target }) => change.mutate({ waiting_mail: target.checked })}
      />
      <Switch
        label="When a deadline is near or missed"
        hint="Of tickets that you have or watch, and of your team's that nobody has; of each at most one in 15 minutes."
        checked={shown?.deadline_mail ?? false}
        disabled={!shown || change.isPending}
        onChange={({ target }) => change.mutate({ deadline_mail: target.checked })}
      />
      <Switch
        label="When others work on your tickets"
        hint="A mail when a ticket is assigned to you, gets a note or another status; also of those that you watch. What happens within three minutes is one mail."
        checked={shown?.ticket_mail ?? false}
        disabled={!shown || change.isPending}
        onChange={({ target }) => change.mutate({ ticket_mail: target.checked })}
      />
      <Refusal error={error ?? change.error} />
    </Section>
  );
}

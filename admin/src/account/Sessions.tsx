import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import { sessionsQuery, type OpenSession } from './api';
import { Section } from '../ui/Section';

/** Where somebody is logged in, and ending it there. */
export function Sessions() {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: sessions = [], error } = useQuery(sessionsQuery(api));
  const end = useMutation({
    mutationFn: (path: string) => api.delete(path),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Section title="Sessions" lead="Where you are logged in. End what you do not recognise, and change your password.">
      <Refusal error={error ?? end.error} />
      <ul className="divide-y divide-line rounded-lg border border-line">
        {sessions.map((session) => (
          <Row key={session.id} session={session} busy={end.isPending} end={() => end.mutate(`/api/auth/sessions/${session.id}`)} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <Button onClick={() => end.mutate('/api/auth/sessions')} disabled={end.isPending}>
          End all others
        </Button>
      )}
    </Section>
  );
}

const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function Row({ session, busy, end }: { session: OpenSession; busy: boolean; end: () => void }) {
  const name = session.device || 'An unknown device';
  return (
    <li className="flex items-center gap-4 p-3.5">
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {name}
          {session.current && <span className="ms-2 rounded-full bg-good-soft px-2 py-0.5 text-xs text-good">This one</span>}
        </p>
        <p className="text-xs text-mute">
          {session.workspace} · {session.address ?? 'address unknown'} · last used {WHEN.format(new Date(session.last_used_at))}
        </p>
      </div>
      {!session.current && (
        <Button onClick={end} disabled={busy} aria-label={`End the session of ${name}`}>
          End
        </Button>
      )}
    </li>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Lock, Plus } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { useSessionState } from '../auth/session';
import { membersQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { Secret } from '../ui/Secret';
import { SkeletonLines } from '../ui/Skeleton';
import { keysQuery, stateOf, type ApiKey } from './api';
import { KeyRow } from './KeyRow';
import { NewKey } from './NewKey';

/** The keys of programs. */
export function KeysPage() {
  useTitle('API keys');
  return useMay('keys:read') ? (
    <Keys />
  ) : (
    <Empty icon={Lock} title="For admins">
      <p>An admin of your workspace makes and revokes API keys.</p>
    </Empty>
  );
}

function Keys() {
  const [api, queries, state] = [useApi(), useQueryClient(), useSessionState()];
  const { data: keys, error, refetch } = useQuery(keysQuery(api));
  const { data: members = [] } = useQuery(membersQuery(api));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [all, setAll] = useState(false);
  const [now] = useState(() => new Date());
  const working = keys?.filter((key) => stateOf(key, now) === 'works') ?? [];
  const over = keys?.filter((key) => stateOf(key, now) !== 'works') ?? [];
  const row = (key: ApiKey) => (
    <KeyRow key={key.id} apiKey={key} state={stateOf(key, now)} maker={members.find(({ id }) => id === key.created_by)?.name} revoke={() => setRevoking(key)} />
  );
  const confirmed = state.phase === 'in' && state.user.email_verified;
  const make = (
    <Button look="primary" onClick={() => setMaking(true)} disabled={!confirmed} title={confirmed ? undefined : 'Confirm your e-mail address first'}>
      <Plus className="size-4" aria-hidden /> New key
    </Button>
  );
  return (
    <Page
      title="API keys"
      lead={
        <>
          For programs that use the API of this workspace.{' '}
          <a href="/docs" target="_blank" rel="noopener" className="font-medium text-accent underline underline-offset-2">
            Reference of the API
          </a>
        </>
      }
      actions={keys && keys.length > 0 && make}
    >
      <div className="mt-6 space-y-4">
        {!keys && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading keys" lines={3} />)}
        {keys?.length === 0 && (
          <Empty icon={KeyRound} title="No API keys yet">
            <p>A key lets a program of yours add documents, read conversations or set spaces up.</p>
            {make}
          </Empty>
        )}
        {working.length > 0 && <ul className="divide-y divide-line rounded-xl border border-line">{working.map(row)}</ul>}
        {keys && keys.length > 0 && working.length === 0 && <p className="rounded-xl border border-dashed border-line p-5 text-center text-mute">No key works at present.</p>}
        {over.length > 0 && (
          <>
            <Button look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Hide' : 'Show'} {over.length === 1 ? 'the one' : `the ${over.length}`} that {over.length === 1 ? 'works' : 'work'} no more
            </Button>
            {all && <ul className="divide-y divide-line rounded-xl border border-line">{over.map(row)}</ul>}
          </>
        )}
      </div>
      {making && (
        <NewKey
          close={() => setMaking(false)}
          made={(secret) => {
            setMaking(false);
            setMade(secret);
          }}
        />
      )}
      {made && <Secret title="Your API key" lead="A program sends it as a bearer token with each call." secret={made} what="the key" close={() => setMade(null)} />}
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          lead="Programs that use it are refused within two seconds. It cannot be brought back."
          label="Revoke the key"
          act={async () => {
            await api.delete(`/api/keys/${revoking.id}`);
            await queries.invalidateQueries({ queryKey: ['keys'] });
          }}
          close={() => setRevoking(null)}
        />
      )}
    </Page>
  );
}

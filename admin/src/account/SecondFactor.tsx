import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { fieldsOf } from '../auth/fields';
import { useSession, useSessionState } from '../auth/session';
import { Button } from '../ui/Button';
import { Field, PasswordField } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { factorQuery, type Proof, type Proposal } from './api';
import { RecoveryCodes } from './RecoveryCodes';
import { Section } from '../ui/Section';

/** Two-factor login: off, being set up, or on. */
export function SecondFactor() {
  const api = useApi();
  const { data: factor, error } = useQuery(factorQuery(api));
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Section title="Two-factor login" lead="A code of your phone besides the password. Whoever learns your password stays outside.">
      {error && <Refusal error={error} />}
      {codes && <RecoveryCodes codes={codes} done={() => setCodes(null)} />}
      {!codes && factor && (factor.enabled ? <On left={factor.recovery_codes} renewed={setCodes} /> : <Off enabled={setCodes} />)}
    </Section>
  );
}

/** Reads anew whether it is on, and says so to the rest of the console. */
function useChanged() {
  const [queries, session, state] = [useQueryClient(), useSession(), useSessionState()];
  return async (second_factor: boolean) => {
    if (state.phase === 'in') session.update({ ...state.user, second_factor });
    await queries.invalidateQueries({ queryKey: ['second-factor'] });
  };
}

function Off({ enabled }: { enabled: (codes: string[]) => void }) {
  const [api, changed] = [useApi(), useChanged()];
  const propose = useMutation({ mutationFn: () => api.post<Proposal>('/api/auth/second-factor') });
  const enable = useMutation({
    mutationFn: (proof: Proof) => api.post<{ recovery_codes: string[] }>('/api/auth/second-factor/enable', proof),
    onSuccess: async ({ recovery_codes }) => {
      enabled(recovery_codes);
      await changed(true);
    },
  });
  if (!propose.data) {
    return (
      <>
        <p>It is off.</p>
        <Refusal error={propose.error} />
        <Button onClick={() => propose.mutate()} disabled={propose.isPending}>
          Set it up
        </Button>
      </>
    );
  }
  const { qr, secret } = propose.data;
  return (
    <ProofForm label="Turn it on" send={enable.mutate} pending={enable.isPending} error={enable.error}>
      <p>Scan this with an authenticator app, then give the code that it shows.</p>
      <svg viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label="QR code for your authenticator app" className="size-48 rounded-lg bg-on-accent">
        <path d={qr.path} fill="#000" />
      </svg>
      <p className="text-xs text-mute">
        Or type this in: <code className="font-mono break-all text-ink select-all">{secret.replace(/(.{4})/g, '$1 ').trim()}</code>
      </p>
    </ProofForm>
  );
}

function On({ left, renewed }: { left: number; renewed: (codes: string[]) => void }) {
  const [api, changed] = [useApi(), useChanged()];
  const [doing, setDoing] = useState<'renew' | 'disable' | null>(null);
  const disable = useMutation({
    mutationFn: (proof: Proof) => api.post('/api/auth/second-factor/disable', proof),
    onSuccess: () => changed(false),
  });
  const renew = useMutation({
    mutationFn: (proof: Proof) => api.post<{ recovery_codes: string[] }>('/api/auth/second-factor/recovery-codes', proof),
    onSuccess: async ({ recovery_codes }) => {
      renewed(recovery_codes);
      await changed(true);
    },
  });
  return (
    <>
      <p>
        It is on. You have {left} recovery {left === 1 ? 'code' : 'codes'} left.
      </p>
      {doing === null && (
        <p className="flex flex-wrap gap-2">
          <Button onClick={() => setDoing('renew')}>New recovery codes</Button>
          <Button onClick={() => setDoing('disable')}>Turn it off</Button>
        </p>
      )}
      {doing === 'renew' && <ProofForm label="Make new codes" send={renew.mutate} pending={renew.isPending} error={renew.error} />}
      {doing === 'disable' && <ProofForm label="Turn it off" send={disable.mutate} pending={disable.isPending} error={disable.error} />}
    </>
  );
}

interface ProofFormProps {
  label: string;
  send: (proof: Proof) => void;
  pending: boolean;
  error: Error | null;
  children?: React.ReactNode;
}

/** Password and code: what it takes to change the second factor. */
function ProofForm({ label, send, pending, error, children }: ProofFormProps) {
  return (
    <form
      onSubmit={(event) => {
        const { code = '', password = '' } = fieldsOf(event);
        send({ code: code.replace(/\s/g, ''), password });
      }}
      className="space-y-4"
    >
      {children}
      <Field label="Code" name="code" autoComplete="one-time-code" required maxLength={40} />
      <PasswordField name="password" autoComplete="current-password" />
      <Refusal error={error} />
      <Button type="submit" look="primary" disabled={pending}>
        {label}
      </Button>
    </form>
  );
}

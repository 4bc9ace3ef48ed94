import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { Problem, sentence } from '../../api/problem';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Select, TextArea } from '../../ui/Inputs';
import { Refusal } from '../../ui/Notice';
import { useSpace } from '../api';
import type { IdentityKey } from './queries';

const ABOUT: Record<IdentityKey['algorithm'], string> = {
  HS256: 'A secret is made here and shown once. Your server signs tokens with it. What most sites want.',
  RS256: 'Your server keeps the private key, and nothing secret is shared.',
  HMAC: 'Signs ids instead of tokens, as other products do. E-mail and name stay unverified.',
};

/** Makes a key. `made` hears its secret, where it has one. */
export function NewIdentityKey({ close, made }: { close: () => void; made: (secret: string | null) => void }) {
  const [api, space] = [useApi(), useSpace()];
  const [algorithm, setAlgorithm] = useState<IdentityKey['algorithm']>('HS256');
  const [public_key, setPublicKey] = useState('');
  const make = useMutation({
    mutationFn: () =>
      api.post<{ secret: string | null }>(`/api/chat-spaces/${space.id}/identity-keys`, { algorithm, ...(algorithm === 'RS256' && { public_key: public_key.trim() }) }),
    onSuccess: ({ secret }) => made(secret),
  });
  // What is wrong with the key is said of it by name.
  const fault = make.error instanceof Problem && make.error.detail.startsWith('public_key: ') ? sentence(make.error, 'public_key: ') : undefined;
  return (
    <Dialog title="New identity key" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
        className="space-y-4"
      >
        <Select label="Kind" value={algorithm} onChange={(event) => setAlgorithm(event.target.value as IdentityKey['algorithm'])} hint={ABOUT[algorithm]}>
          <option value="HS256">HS256: a shared secret</option>
          <option value="RS256">RS256: a public key of yours</option>
          <option value="HMAC">HMAC: for sites that come from another product</option>
        </Select>
        {algorithm === 'RS256' && (
          <TextArea
            label="Public key"
            value={public_key}
            onChange={(event) => setPublicKey(event.target.value)}
            required
            rows={6}
            maxLength={4096}
            spellCheck={false}
            placeholder="-----BEGIN PUBLIC KEY-----"
            fault={fault}
            hint="PEM of an RSA key of 2,048 bits at least."
            className="font-mono"
          />
        )}
        {!fault && <Refusal error={make.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={make.isPending}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

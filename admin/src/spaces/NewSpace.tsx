import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { useApi } from '../api/client';
import { faultOf, otherThan } from '../api/problem';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import { keepSpace, type Space } from './api';
import { slugOf } from './slug';

/** Asks for what a space needs to begin with, and leads to its settings. */
export function NewSpace({ close }: { close: () => void }) {
  const [api, queries, navigate] = [useApi(), useQueryClient(), useNavigate()];
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [site, setSite] = useState('');
  const slug = chosen ?? slugOf(name);
  const create = useMutation({
    mutationFn: () =>
      api.post<Space>('/api/chat-spaces', {
        name: name.trim(),
        ...(slug && { slug }),
        ...(site.trim() && { allowed_origins: [site.trim()] }),
      }),
    onSuccess: async (space) => {
      keepSpace(queries, space);
      close();
      await navigate({ to: '/spaces/$space/settings', params: { space: space.slug } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog title="New space" lead="A space is one chat on one site, with its own knowledge and its own conversations." close={close}>
      <form onSubmit={submit} className="space-y-4">
        <Field label="Name" value={name} onChange={(event) => setName(event.target.value)} required maxLength={100} fault={faultOf(create.error, 'name')} />
        <Field
          label="Address"
          value={slug}
          onChange={(event) => setChosen(event.target.value.toLowerCase())}
          minLength={3}
          maxLength={63}
          spellCheck={false}
          autoCapitalize="none"
          fault={faultOf(create.error, 'slug')}
          hint="Names the space in links and in the embed code: lower-case letters, digits and hyphens."
        />
        <Field
          label="Your site"
          value={site}
          onChange={(event) => setSite(event.target.value)}
          inputMode="url"
          placeholder="https://www.example.com"
          spellCheck={false}
          autoCapitalize="none"
          fault={faultOf(create.error, 'allowed_origins')}
          hint="Optional. Only this site may show the chat then; you can name more later."
        />
        <Refusal error={otherThan(create.error, ['name', 'slug', 'allowed_origins'])} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={create.isPending}>
            Create the space
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { Button } from '../../ui/Button';
import { Confirm } from '../../ui/Dialog';
import { Section } from '../../ui/Section';
import { keepSpace, useSpace, type Space } from '../api';
import { DeleteSpace } from '../DeleteSpace';
import { useDraft } from './Draft';
import { SettingsPage } from './SettingsPage';

/** What ends something: the chat for visitors, the space for the team, or all of it. */
export function DangerPage() {
  return (
    <SettingsPage title="Danger" lead="What visitors or your team would notice at once.">
      <Unpublish />
      <Archive />
      <Delete />
    </SettingsPage>
  );
}

function Unpublish() {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [asking, setAsking] = useState(false);
  const path = `/api/chat-spaces/${space.id}/unpublish`;
  return (
    <Section title="Unpublish" lead="The chat is gone from your site until you publish again. Everything stays as it is.">
      {space.published ? <Button onClick={() => setAsking(true)}>Unpublish the space</Button> : <p className="text-mute">The space is not published.</p>}
      {asking && (
        <Confirm
          title={`Unpublish ${space.name}?`}
          lead="Visitors who chat now are cut off, and the widget is hidden on every page."
          label="Unpublish the space"
          act={async () => keepSpace(queries, await api.post<Space>(path))}
          close={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

function Archive() {
  const [api, queries, space, navigate, { discard }] = [useApi(), useQueryClient(), useSpace(), useNavigate(), useDraft()];
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Archive" lead="Out of your lists and not published. Nothing of it can be changed until it is brought back, and nothing is deleted.">
      <Button onClick={() => setAsking(true)}>Archive the space</Button>
      {asking && (
        <Confirm
          title={`Archive ${space.name}?`}
          lead="The chat is gone from your site. Bring the space back from Archived spaces in the sidebar."
          label="Archive the space"
          act={async () => {
            await api.post(`/api/chat-spaces/${space.id}/archive`);
            discard();
            await navigate({ to: '/archived', ignoreBlocker: true });
            await Promise.all([queries.invalidateQueries({ queryKey: ['archived-spaces'] }), queries.invalidateQueries({ queryKey: ['spaces'] })]);
          }}
          close={() => setAsking(false)}
        />
      )}
    </Section>
  );
}

function Delete() {
  const [space, navigate, { discard }] = [useSpace(), useNavigate(), useDraft()];
  const [asking, setAsking] = useState(false);
  const leave = async () => {
    discard();
    await navigate({ to: '/', ignoreBlocker: true });
  };
  return (
    <Section title="Delete" lead="The space with all that it knows and all that was said, for good. To keep it, archive it instead.">
      <Button className="!text-bad" onClick={() => setAsking(true)}>
        Delete the space
      </Button>
      {asking && <DeleteSpace space={space} deleted={leave} close={() => setAsking(false)} />}
    </Section>
  );
}

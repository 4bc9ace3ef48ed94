import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useMay } from '../../app/permission';
import { Choice } from '../../ui/Choice';
import { Copyable } from '../../ui/Copyable';
import { useSpace } from '../api';
import { identityKeysQuery } from '../settings/queries';
import { PAGE, SERVERS, signing, SIGNED_ID, type Server } from './signing';

/** How the site says who its visitor is, so that it can be believed. */
export function Identify() {
  const [api, space, may] = [useApi(), useSpace(), useMay('spaces:write')];
  const { data: keys } = useQuery({ ...identityKeysQuery(api, space), enabled: may });
  const [server, setServer] = useState<Server>('node');
  if (!may) return <p>An admin makes the key that your server signs with, in the settings of the space under Site.</p>;
  if (!keys) return null;
  const key = keys.find(({ retires_at }) => retires_at === null) ?? keys[0];
  if (!key) {
    return (
      <p>
        Make a key that your server signs with, then the code for it is here.{' '}
        <Link to="/spaces/$space/settings/site" params={{ space: space.slug }} className="font-medium text-accent underline underline-offset-2">
          Make an identity key
        </Link>
      </p>
    );
  }
  if (key.algorithm === 'HMAC') {
    return (
      <>
        <p>Your server signs the id with HMAC-SHA-256 in hex, and the page hands it over. E-mail and name stay unverified.</p>
        <Copyable block text={SIGNED_ID} what="the code for the page" />
      </>
    );
  }
  return (
    <>
      <p>1. Your server signs a token for whoever is logged in. Its secret never leaves the server.</p>
      <Choice label="Your server" value={server} options={SERVERS} change={setServer} />
      <Copyable block text={signing(server, key)} what="the code for the server" />
      <p>2. The page hands it over. A token counts for a day; then the chat asks for another.</p>
      <Copyable block text={PAGE} what="the code for the page" />
    </>
  );
}

import { exactTime, mediumDate, shortTime } from '../inbox/time';
import { Button } from '../ui/Button';
import { Tag } from '../ui/Tag';
import type { ApiKey, KeyState } from './api';
import { inWords } from './scopes';

const SOON_MS = 7 * 86_400_000;

interface KeyRowProps {
  apiKey: ApiKey;
  state: KeyState;
  /** Who made it, where they are still here. */
  maker: string | undefined;
  revoke: () => void;
}

export function KeyRow({ apiKey: key, state, maker, revoke }: KeyRowProps) {
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 p-3.5">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className={`truncate font-medium ${state === 'works' ? '' : 'text-mute'}`}>{key.name}</span>
          <code className="rounded bg-sunken px-1.5 py-0.5 font-mono text-xs text-mute">{key.prefix}…</code>
          {state !== 'works' && <Tag look={state === 'revoked' ? 'bad' : 'warn'}>{state === 'revoked' ? 'Revoked' : 'Expired'}</Tag>}
          {state === 'works' && endsSoon(key) && <Tag look="warn">Ends soon</Tag>}
        </p>
        <p className="mt-0.5 text-xs text-mute">
          {inWords(key.scopes)}
          {maker && ` · made by ${maker}`}
        </p>
      </div>
      <dl className="grid w-full grid-cols-3 gap-x-4 text-xs sm:w-80">
        <Fact name="Last used" value={key.last_used_at ? shortTime(new Date(key.last_used_at), new Date()) : 'never'} more={key.last_used_at} />
        <Fact name={state === 'revoked' ? 'Revoked' : 'Ends'} value={dated(state === 'revoked' ? key.revoked_at : key.expires_at)} more={state === 'revoked' ? key.revoked_at : key.expires_at} />
        <Fact name="Made" value={mediumDate(new Date(key.created_at))} more={key.created_at} />
      </dl>
      <div className="-ms-3.5 shrink-0 sm:ms-0 sm:w-20 sm:text-end">
        {state === 'works' && (
          <Button look="quiet" onClick={revoke} aria-label={`Revoke ${key.name}`}>
            Revoke
          </Button>
        )}
      </div>
    </li>
  );
}

function Fact({ name, value, more }: { name: string; value: string; more: string | null }) {
  return (
    <div className="min-w-0">
      <dt className="text-mute">{name}</dt>
      <dd className="wrap-break-word" title={more ? exactTime(new Date(more)) : undefined}>
        {value}
      </dd>
    </div>
  );
}

const dated = (at: string | null) => (at ? mediumDate(new Date(at)) : 'never');
const endsSoon = ({ expires_at }: ApiKey) => expires_at !== null && new Date(expires_at).getTime() - new Date().getTime() < SOON_MS;

import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { exactTime, mediumTime } from '../inbox/time';
import { useSpaceName } from '../spaces/names';
import { membersQuery } from '../team/api';
import { Changes } from '../ui/Changes';
import { Tag } from '../ui/Tag';
import { inWords } from './actions';
import type { AuditEvent } from './api';
import { changesOf } from './changes';

/** One act, and what it changed when it is opened. */
export function AuditRow({ event, only }: { event: AuditEvent; only: (actor: string) => void }) {
  const [open, setOpen] = useState(false);
  const { at, actor, action, target } = event;
  const space = useSpaceName(target?.kind === 'space' ? target.id : undefined);
  const [before, subject, after] = inWords(action, space ?? told(event));
  const { data: members = [] } = useQuery(membersQuery(useApi()));
  const name = members.find(({ id }) => id === actor.id)?.name ?? actor.name;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-start gap-2.5 px-3 py-2.5 text-start hover:bg-sunken sm:items-center"
      >
        <ChevronRight className={`mt-0.5 size-4 shrink-0 text-mute transition-transform sm:mt-0 ${open ? 'rotate-90' : ''}`} aria-hidden />
        <span className="flex min-w-0 flex-1 flex-col gap-x-3 sm:flex-row sm:items-baseline">
          <span className="min-w-0 flex-1 sm:truncate">
            <span className="font-medium" title={actor.name}>
              {name}
            </span>{' '}
            {actor.kind === 'api_key' && <Tag>key</Tag>}
            {actor.kind === 'operator' && <Tag look="warn">operator</Tag>} <span className="text-mute">{before}</span>
            {subject}
            <span className="text-mute">{after}</span>
          </span>
          <time dateTime={at} title={exactTime(new Date(at))} className="shrink-0 text-xs text-mute tabular-nums">
            {mediumTime(new Date(at))}
          </time>
        </span>
      </button>
      {open && <Details event={event} name={name} only={only} />}
    </li>
  );
}

function Details({ event, name, only }: { event: AuditEvent; name: string; only: (actor: string) => void }) {
  const { actor, address, action, target, at } = event;
  const changes = changesOf(event.before, event.after);
  return (
    <div className="space-y-3 px-3 pt-1 pb-4 sm:ps-9.5">
      {changes.length > 0 ? <Changes items={changes} /> : <p className="text-mute">Nothing more was noted.</p>}
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-xs">
        <Fact name="Action" value={action} />
        {target && <Fact name={target.kind} value={target.id} />}
        <Fact name="From" value={address ?? 'not known'} />
        <Fact name="At" value={exactTime(new Date(at))} />
      </dl>
      {actor.id && (
        <button type="button" onClick={() => only(actor.id ?? '')} className="text-xs font-medium text-accent underline underline-offset-2">
          Only what {name} did
        </button>
      )}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex min-w-0 gap-1.5">
      <dt className="text-mute">{name}</dt>
      <dd className="wrap-anywhere">{value}</dd>
    </div>
  );
}

/** What it was done to, where the act itself says so. */
function told({ before, after }: AuditEvent): string | undefined {
  for (const said of [after, before]) {
    const { name, email, title } = (said ?? {}) as Record<string, unknown>;
    const first = [name, email, title].find((word) => typeof word === 'string' && word !== '');
    if (typeof first === 'string') return first;
  }
  return undefined;
}

import { useQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { lazy } from 'react';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import { SHORTCUTS, useKeys, type Shortcut } from '../app/keys';
import { patient } from '../app/patient';
import { useMay } from '../app/permission';
import { useSessionState } from '../auth/session';
import { membersQuery } from '../team/api';
import { Button } from '../ui/Button';
import { LateMenu } from '../ui/LateMenu';
import { doable, useActs } from './acts';
import type { Conversation } from './api';

const ActionItems = lazy(patient(async () => ({ default: (await import('./ActionItems')).ActionItems })));

export function Actions({ conversation }: { conversation: Conversation }) {
  const may = useMay('conversations:write');
  return may ? <Buttons conversation={conversation} /> : null;
}

function Buttons({ conversation }: { conversation: Conversation }) {
  const session = useSessionState();
  const me = session.phase === 'in' ? session.user.id : '';
  const { data: members = [] } = useQuery(membersQuery(useApi()));
  const { mutate, isPending, error } = useActs(conversation);
  const { main, more, later, give } = doable(conversation, me, members, new Date());
  const by = (shortcut: Shortcut) => {
    const found = [main, ...more].find((one) => one.shortcut === shortcut);
    if (found) mutate(found.act);
  };
  useKeys({ take: () => by('take'), resolve: () => by('resolve'), release: () => by('release') });
  const Icon = main.icon;
  return (
    <div className="relative flex shrink-0 items-center gap-1.5">
      {error && conversation.assignee?.id !== me && (
        <p role="alert" className="absolute end-0 top-full z-20 mt-3 w-72 rounded-lg bg-bad-soft px-3 py-2 text-xs text-bad shadow-pop">
          {sentence(error)}
        </p>
      )}
      <Button
        look={main.shortcut === 'resolve' || main.act.act === 'transfer' ? 'plain' : 'primary'}
        disabled={isPending}
        onClick={() => mutate(main.act)}
        title={main.shortcut && `${main.label} (${SHORTCUTS[main.shortcut].keys[0].toUpperCase()})`}
        className="@max-md:px-2.5"
      >
        <Icon className="size-4" aria-hidden />
        <span className="@max-md:sr-only">{main.label}</span>
      </Button>
      <LateMenu
        aria-label="More to do"
        className="grid size-9 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
        menu={<ActionItems more={more} later={later} give={give} act={mutate} />}
      >
        <Ellipsis className="size-4" aria-hidden />
      </LateMenu>
    </div>
  );
}

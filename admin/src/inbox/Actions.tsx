import { useQuery } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useApi } from '../api/client';
import { sentence } from '../api/problem';
import { SHORTCUTS, useKeys, type Shortcut } from '../app/keys';
import { useMay } from '../app/permission';
import { useSessionState } from '../auth/session';
import { membersQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuLine, MenuTrigger } from '../ui/Menu';
import { doable, useActs, type Doable } from './acts';
import type { Conversation } from './api';

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
        className="max-sm:px-2.5"
      >
        <Icon className="size-4" aria-hidden />
        <span className="max-sm:sr-only">{main.label}</span>
      </Button>
      <Menu>
        <MenuTrigger aria-label="More to do" className="grid size-9 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink">
          <Ellipsis className="size-4" aria-hidden />
        </MenuTrigger>
        <MenuContent align="end">
          <Items of={more} act={mutate} />
          <Items label="Put off until" of={later} act={mutate} line={more.length > 0} />
          <Items label="Give to" of={give} act={mutate} line={more.length + later.length > 0} />
        </MenuContent>
      </Menu>
    </div>
  );
}

function Items({ label, of, act, line }: { label?: string; of: Doable[]; act: (act: Doable['act']) => void; line?: boolean }) {
  if (of.length === 0) return null;
  return (
    <>
      {line && <MenuLine />}
      {label && <MenuLabel>{label}</MenuLabel>}
      {of.map((one, i) => (
        <MenuItem key={i} onSelect={() => act(one.act)}>
          <one.icon className="size-4 text-mute" aria-hidden /> {one.label}
          {one.hint && <span className="ms-auto ps-6 text-xs text-mute">{one.hint}</span>}
        </MenuItem>
      ))}
    </>
  );
}

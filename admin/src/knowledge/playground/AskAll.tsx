import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../../api/client';
import { useSpace } from '../../spaces/api';
import { Button, buttonLook } from '../../ui/Button';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../ui/Menu';
import { Refusal } from '../../ui/Notice';
import { useReplay } from './runs';

const AskVersion = lazy(async () => ({ default: (await import('./AskVersion')).AskVersion }));

/** Asks all golden questions now: by searching alone, or with answers. */
export function AskAll() {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const replay = useReplay(space.id);
  const running = replay?.state === 'running';
  const ask = useMutation({
    mutationFn: (answers: boolean) => api.post(`/api/chat-spaces/${space.id}/golden-runs`, { answers }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['golden-runs', space.id] }),
  });
  const [chooses, setChooses] = useState(false);
  const busy = ask.isPending || running;
  return (
    <>
      <div className="flex">
        <Button look="primary" className="rounded-e-none!" disabled={busy} onClick={() => ask.mutate(false)}>
          <Play className="size-4" aria-hidden /> {running ? `Asking, ${replay.progress}%` : 'Ask them all'}
        </Button>
        <Menu>
          <MenuTrigger aria-label="How to ask them" disabled={busy} className={buttonLook('primary', 'ms-px rounded-s-none! px-2!')}>
            <ChevronDown className="size-4" aria-hidden />
          </MenuTrigger>
          <MenuContent align="end">
            <MenuItem onSelect={() => ask.mutate(false)}>Search only, which costs nothing</MenuItem>
            <MenuItem onSelect={() => ask.mutate(true)}>With answers, which cost what answers cost</MenuItem>
            <MenuItem onSelect={() => setChooses(true)}>By the settings of another version…</MenuItem>
          </MenuContent>
        </Menu>
      </div>
      {chooses && (
        <Suspense>
          <AskVersion close={() => setChooses(false)} />
        </Suspense>
      )}
      {ask.error && (
        <div className="w-full">
          <Refusal error={ask.error} />
        </div>
      )}
    </>
  );
}

import { Link, useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '../../api/problem';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Refusal } from '../../ui/Notice';
import { useSpace } from '../api';
import { useDraft } from './Draft';
import { nameOf, sectionOf } from './fields';
import { Overtaken } from './Overtaken';

const PLACES = { look: '/spaces/$space/settings', answers: '/spaces/$space/settings/answers', people: '/spaces/$space/settings/people', site: '/spaces/$space/settings/site' } as const;

/** Stands below the settings while there is something to save. */
export function SaveBar() {
  const [space, { edits, save, discard, overtaken }] = [useSpace(), useDraft()];
  const [note, setNote] = useState('');
  const navigate = useNavigate();
  const count = Object.keys(edits).length;
  const send = () =>
    save.mutate(note, {
      onSuccess: ({ slug }) => {
        setNote('');
        // The address has another word for the space now.
        if (slug !== space.slug) void navigate({ to: '.', params: { space: slug }, replace: true, ignoreBlocker: true });
      },
    });
  useSaveKey(count > 0 && !save.isPending, send);
  const leaving = useBlocker({
    shouldBlockFn: ({ next }) => count > 0 && !next.pathname.startsWith(`/spaces/${space.slug}/settings`),
    enableBeforeUnload: count > 0,
    withResolver: true,
  });
  return (
    <>
      {leaving.status === 'blocked' && (
        <Dialog title="Leave without saving?" lead={`${changes(count)} of ${space.name} would be lost.`} close={leaving.reset}>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={leaving.reset}>Stay here</Button>
            <Button look="danger" onClick={leaving.proceed}>
              Discard and leave
            </Button>
          </div>
        </Dialog>
      )}
      {count > 0 && (
        <form
          aria-label="Unsaved changes"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
          className="shrink-0 animate-rise space-y-3 border-t border-line bg-panel px-3 py-3 sm:px-8"
        >
          {overtaken ? <Overtaken {...overtaken} /> : <Refused />}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <p role="status" className="font-medium">
              {changes(count)}
            </p>
            <input
              aria-label="What is to be said of this version"
              placeholder="Say why (optional)"
              value={note}
              onChange={(event) => setNote(event.target.value)}
              maxLength={200}
              className="h-9 min-w-0 flex-1 basis-40 rounded-lg border border-strong bg-panel px-3 text-base focus-visible:outline-offset-0 sm:text-sm"
            />
            <div className="ms-auto flex gap-2">
              <Button onClick={discard}>Discard</Button>
              <Button type="submit" look="primary" disabled={save.isPending}>
                {overtaken ? 'Save over it' : 'Save'}
              </Button>
            </div>
          </div>
        </form>
      )}
    </>
  );
}

const changes = (count: number) => `${count} unsaved ${count === 1 ? 'change' : 'changes'}`;

/** What the server does not take, with the way there: it may be on another page of the settings. */
function Refused() {
  const [space, { save }] = [useSpace(), useDraft()];
  const errors = save.error instanceof Problem ? save.error.errors : [];
  if (errors.length === 0) return <Refusal error={save.error} />;
  return (
    <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2.5 text-bad">
      Nothing is saved yet. Look at{' '}
      {errors.map(({ field, detail }, i) => (
        <span key={field}>
          {i > 0 && ', '}
          <Link to={PLACES[sectionOf(field)]} params={{ space: space.slug }} className="font-medium underline underline-offset-2">
            {nameOf(field)}
          </Link>{' '}
          ({detail})
        </span>
      ))}
      .
    </p>
  );
}

/** ⌘S and Ctrl+S save. */
function useSaveKey(on: boolean, save: () => void) {
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (event.key !== 's' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [on]);
}

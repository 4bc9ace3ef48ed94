import { useQuery } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useApi } from '../../api/client';
import { useSpace } from '../api';
import { Differences } from './Differences';
import { differencesQuery } from './queries';

/** Somebody saved first: what they changed, and that nothing typed here is lost. */
export function Overtaken({ from, to }: { from: number; to: number }) {
  const { data: items } = useQuery(differencesQuery(useApi(), useSpace(), from, to));
  return (
    <div role="alert" className="max-h-72 space-y-3 overflow-y-auto rounded-lg bg-warn-soft px-3 py-2.5">
      <p className="flex items-start gap-2 text-warn">
        <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span>
          Somebody saved version {to} while you were here. What you have not touched shows their changes now; yours are kept and not saved yet. Look through them, then save
          again.
        </span>
      </p>
      {items && items.length > 0 && <Differences items={items} />}
    </div>
  );
}

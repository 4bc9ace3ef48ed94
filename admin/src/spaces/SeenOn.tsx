import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed } from 'lucide-react';
import { useApi } from '../api/client';
import { ago, mediumTime } from '../inbox/time';
import { seenQuery } from './api';

/** Sites that are named; the newest say enough. */
const NAMED = 5;

/** Whether the widget was opened on a site of theirs. It is said as soon as that is so. */
export function SeenOn({ space }: { space: string }) {
  const { data: seen } = useQuery(seenQuery(useApi(), space));
  // As high as what it becomes.
  return (
    <div role="status" className="min-h-5 text-sm">
      {seen?.length === 0 && (
        <p className="flex items-center gap-2">
          <CircleDashed className="size-4 shrink-0" aria-hidden /> Not seen yet
        </p>
      )}
      {seen && seen.length > 0 && (
        <ul className="space-y-1">
          {seen.slice(0, NAMED).map(({ origin, at }) => (
            <li key={origin} className="flex items-center gap-2 text-good">
              <CircleCheck className="size-4 shrink-0" aria-hidden />
              <span className="min-w-0 wrap-anywhere">
                Seen on {origin.replace(/^https?:\/\//, '')}{' '}
                <time dateTime={at} title={mediumTime(new Date(at))}>
                  {ago(new Date(at), new Date())}
                </time>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

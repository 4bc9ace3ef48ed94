import { CloudOff } from 'lucide-react';
import { sentence } from '../api/problem';
import { Button } from './Button';
import { Empty } from './Empty';

/** Instead of what could not be fetched. */
export function Failure({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <div role="alert" className="flex flex-1">
      <Empty icon={CloudOff} title="This did not load">
        <p>{sentence(error)}</p>
        <Button onClick={() => void retry()}>Try again</Button>
      </Empty>
    </div>
  );
}

/** Above what was fetched before the server went away. */
export function Stale() {
  return (
    <p role="status" className="flex shrink-0 items-center gap-2 bg-warn-soft px-4 py-2 text-xs font-medium text-warn">
      <CloudOff className="size-3.5 shrink-0" aria-hidden />
      The server does not answer. Trying again…
    </p>
  );
}

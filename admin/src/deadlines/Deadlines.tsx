import { useNow } from '../inbox/now';
import { mediumTime } from '../inbox/time';
import type { Deadline } from './api';
import { DeadlineTag } from './DeadlineTag';

/** What is promised of a ticket, and by which policy. */
export function Deadlines({ deadlines }: { deadlines: readonly Deadline[] }) {
  const now = useNow();
  const policy = deadlines.at(-1)?.policy;
  if (!policy) return null;
  return (
    <section className="space-y-2 border-t border-line pt-4">
      <h2 className="font-medium">Deadlines</h2>
      <ul className="space-y-1.5">
        {deadlines.map((deadline) => (
          <li key={deadline.kind}>
            <DeadlineTag deadline={deadline} now={now} />
            {deadline.due_at && !deadline.met_at && <p className="ps-5 text-xs text-mute">Due {mediumTime(new Date(deadline.due_at))}</p>}
          </li>
        ))}
      </ul>
      <p className="text-xs text-mute">Promised by the policy {policy}.</p>
    </section>
  );
}

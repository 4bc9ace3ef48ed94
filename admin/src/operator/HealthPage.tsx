import { useQuery } from '@tanstack/react-query';
import { useTitle } from '../app/title';
import { ago } from '../inbox/time';
import { count } from '../overview/format';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { healthQuery, type Reconciliation } from './api';
import { causeInWords } from './causes';

/** What is counted, in words; another version of the server may count more. */
const NAMES: Record<string, string> = {
  jobs_waiting: 'Jobs that wait',
  jobs_running: 'Jobs that run',
  jobs_failed: 'Jobs that failed within a day',
  mail_waiting: 'Mails that wait',
  mail_failed: 'Mails that failed within a day',
  billing_events_waiting: 'Payment events that wait',
  billing_events_failed: 'Payment events that failed and are tried again',
  calls_open: 'Calls of models that are not settled',
  calls_unrecorded: 'Calls of models that are not in the ledger yet',
  counts_waiting: 'Counts that are not added up yet',
  counts_wrong: 'Counters that were not what they count at their last proof',
};

/** What waits, what failed, and what is not as it should be. */
export function HealthPage() {
  useTitle('Health', 'Operators');
  const { data, error, refetch } = useQuery(healthQuery);
  const now = new Date();
  return (
    <Page title="Health" readOnly lead={data && `Version ${data.version}. Looked at again every 15 seconds.`}>
      <div className="mt-5">
        {!data && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading" lines={8} />)}
        {data && (
          <ul className="divide-y divide-line rounded-2xl border border-line bg-panel">
            {data.checks.map(({ what, count: n, since, bad }) => (
              <li key={what} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-3">
                <span className="min-w-0 flex-1 basis-48">
                  {NAMES[what] ?? what} {bad && <Tag look="bad">look after it</Tag>}
                </span>
                {since && n > 0 && <span className="text-xs text-mute">the oldest {ago(new Date(since), now)}</span>}
                <span className="w-16 text-end font-semibold tabular-nums">{count(n)}</span>
              </li>
            ))}
          </ul>
        )}
        {data && <Reconciled found={data.reconciliation} now={now} />}
      </div>
    </Page>
  );
}

/** What the last daily comparison of the books found. */
function Reconciled({ found, now }: { found: Reconciliation | null; now: Date }) {
  return (
    <section className="mt-8" aria-labelledby="reconciled">
      <h2 id="reconciled" className="font-semibold">
        Reconciliation
      </h2>
      {found ? (
        <>
          <p className="mt-1 text-mute">
            The books of <time dateTime={found.day}>{found.day}</time> (UTC) were compared {ago(new Date(found.at), now)},{' '}
            {found.source ? `also with what ${found.source} reports` : 'without a report of an upstream'}.
          </p>
          {found.differences.length === 0 && <p className="mt-3">There is no difference.</p>}
          <ul className="mt-3 divide-y divide-line rounded-2xl border border-line bg-panel empty:hidden">
            {found.differences.map(({ cause, count: n, bad }) => (
              <li key={cause} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-3">
                <span className="min-w-0 flex-1 basis-48">
                  {causeInWords(cause)} {bad && <Tag look="bad">look after it</Tag>}
                </span>
                <span className="w-16 text-end font-semibold tabular-nums">{count(n)}</span>
              </li>
            ))}
          </ul>
          {found.differences.some(({ bad }) => bad) && (
            <p className="mt-3 text-mute">
              <code>parlance reconcile --day {found.day}</code> lists each with both sides.
            </p>
          )}
        </>
      ) : (
        <p className="mt-1 text-mute">No day has been compared yet: it is done every night for the day before.</p>
      )}
    </section>
  );
}

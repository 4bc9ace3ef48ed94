import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { Failure } from '../ui/Failure';
import { Group } from '../ui/Group';
import { SkeletonLines } from '../ui/Skeleton';
import { Tag } from '../ui/Tag';
import { money } from '../ui/money';
import { day, invoicesQuery, type Invoice } from './payments';

const LOOKS: Record<string, 'good' | 'warn'> = { paid: 'good', open: 'warn' };

/** The last invoices. */
export function Invoices() {
  const api = useApi();
  const invoices = useQuery(invoicesQuery(api));
  return (
    <Group title="Invoices">
      {invoices.data ? (
        invoices.data.length ? (
          <ul className="divide-y divide-line rounded-xl border border-line">
            {invoices.data.map((invoice) => (
              <InvoiceRow key={invoice.number} invoice={invoice} />
            ))}
          </ul>
        ) : (
          <p className="text-mute">There are none yet.</p>
        )
      ) : invoices.error ? (
        <Failure error={invoices.error} retry={invoices.refetch} />
      ) : (
        <SkeletonLines label="Loading the invoices" lines={2} />
      )}
    </Group>
  );
}

function InvoiceRow({ invoice }: { invoice: Invoice }) {
  const { number, at, status, url, pdf } = invoice;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 p-4">
      <span className="min-w-0 grow">
        <span className="font-medium">{number}</span> <time dateTime={at} className="text-mute">{day(at)}</time>
      </span>
      <span className="tabular-nums">{money(invoice)}</span>
      <Tag look={LOOKS[status] ?? 'plain'}>{status}</Tag>
      {url && <InvoiceLink to={url} label="Open" number={number} />}
      {pdf && <InvoiceLink to={pdf} label="PDF" number={number} />}
    </li>
  );
}

function InvoiceLink({ to, label, number }: { to: string; label: string; number: string }) {
  return (
    <a href={to} target="_blank" rel="noreferrer" aria-label={`${label} ${number}`} className="font-medium text-accent underline underline-offset-2">
      {label}
    </a>
  );
}

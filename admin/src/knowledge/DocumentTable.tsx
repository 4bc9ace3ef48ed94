import { Link } from '@tanstack/react-router';
import { asSentence } from '../api/problem';
import { exactTime, shortTime } from '../inbox/time';
import type { Job } from '../live/jobs';
import { walk } from '../ui/walk';
import type { Document } from './api';
import { useActiveJobs } from './live';
import { State } from './State';
import { bytes, kind } from './words';

/** The same in the head and in each row. */
const columns = 'md:grid md:grid-cols-[minmax(0,1fr)_6rem_4.5rem_7.5rem_4.5rem] md:items-center md:gap-6';

export function DocumentTable({ documents, slug }: { documents: Document[]; slug: string }) {
  const space = documents[0]?.space ?? '';
  const jobs = useActiveJobs(space);
  return (
    <div onKeyDown={walk}>
      <div aria-hidden className={`hidden border-b border-line px-5 py-1.5 text-xs font-medium text-mute ${columns}`}>
        <span>Document</span>
        <span>Kind</span>
        <span className="text-end">Size</span>
        <span>Status</span>
        <span className="text-end">Changed</span>
      </div>
      <ul aria-label="Documents" className="divide-y divide-line">
        {documents.map((document) => (
          <li key={document.id}>
            <Row document={document} slug={slug} job={jobs.get(document.id)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ document, slug, job }: { document: Document; slug: string; job: Job | undefined }) {
  const { id, title, name, bytes: size, error, updated_at } = document;
  const updated = new Date(updated_at);
  return (
    <Link
      to="/spaces/$space/knowledge/documents/$document"
      params={{ space: slug, document: id }}
      className={`block px-3 py-2.5 hover:bg-ground focus-visible:-outline-offset-2 sm:px-5 ${columns}`}
    >
      <span className="block min-w-0">
        <span className="block truncate font-medium">{title}</span>
        {title !== name && <span className="block truncate text-xs text-mute">{name}</span>}
        {error && <span className="mt-0.5 line-clamp-2 block text-xs text-bad">{asSentence(error)}</span>}
      </span>
      <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-mute md:contents">
        <span>{kind(document)}</span>
        <span className="tabular-nums md:text-end">{size > 0 ? bytes(size) : '–'}</span>
        <State of={document} job={job} />
        <time dateTime={updated_at} title={exactTime(updated)} className="tabular-nums max-md:ms-auto md:text-end">
          {shortTime(updated, new Date())}
        </time>
      </span>
    </Link>
  );
}

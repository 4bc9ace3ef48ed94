import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Globe } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { asSentence } from '../api/problem';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { exactTime, shortTime } from '../inbox/time';
import type { Job } from '../live/jobs';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { walk } from '../ui/walk';
import { sourcesQuery, type Source } from './api';
import { useActiveJobs } from './live';
import { SkeletonTable } from './SkeletonTable';
import { State } from './State';
import { WebsiteDialog } from './WebsiteDialog';
import { count, ending, schedule, SCOPE_WORDS } from './words';

const columns = 'md:grid md:grid-cols-[minmax(0,1fr)_5rem_8.5rem_7.5rem_4.5rem] md:items-center md:gap-6';

/** The places of the web that the space reads. */
export function SourcesPage() {
  const space = useSpace();
  useTitle('Websites', space.name);
  const jobs = useActiveJobs(space.id);
  const { data: sources, error, refetch } = useQuery(sourcesQuery(useApi(), space.id));
  if (!sources) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the websites" />;
  if (sources.length === 0) return <None />;
  return (
    <>
      {error && <Stale />}
      <div onKeyDown={walk}>
        <div aria-hidden className={`hidden border-b border-line px-5 py-1.5 text-xs font-medium text-mute ${columns}`}>
          <span>Website</span>
          <span>Pages</span>
          <span>Read again</span>
          <span>Status</span>
          <span className="text-end">Last read</span>
        </div>
        <ul aria-label="Websites" className="divide-y divide-line">
          {sources.map((source) => (
            <li key={source.id}>
              <Row source={source} slug={space.slug} job={jobs.get(source.id)} />
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Row({ source, slug, job }: { source: Source; slug: string; job: Job | undefined }) {
  const { id, url, scope, pages, every_hours, crawled_at, error } = source;
  const said = error ? asSentence(error) : ending(source);
  return (
    <Link
      to="/spaces/$space/knowledge/websites/$source"
      params={{ space: slug, source: id }}
      className={`block px-3 py-2.5 hover:bg-ground focus-visible:-outline-offset-2 sm:px-5 ${columns}`}
    >
      <span className="block min-w-0">
        <span className="block truncate font-medium">{url.replace(/^https?:\/\//, '')}</span>
        <span className="block text-xs text-mute">{SCOPE_WORDS[scope].label}</span>
        {said && <span className={`mt-0.5 line-clamp-2 block text-xs ${error ? 'text-bad' : 'text-warn'}`}>{said}</span>}
      </span>
      <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-mute md:contents">
        <span className="tabular-nums">{count(pages, 'page')}</span>
        <span>{schedule(every_hours)}</span>
        <State of={source} job={job} />
        <span className="max-md:ms-auto md:text-end">
          {crawled_at ? (
            <time dateTime={crawled_at} title={exactTime(new Date(crawled_at))}>
              {shortTime(new Date(crawled_at), new Date())}
            </time>
          ) : (
            'Never'
          )}
        </span>
      </span>
    </Link>
  );
}

function None() {
  const mayWrite = useMay('knowledge:write');
  const [reads, setReads] = useState(false);
  return (
    <>
      <Empty icon={Globe} title="No website is read yet">
        <p>Give the address of a page, a sitemap or a whole site. Its pages become documents, and can be read again on a schedule.</p>
        {mayWrite && (
          <Button look="primary" onClick={() => setReads(true)}>
            Read a website
          </Button>
        )}
      </Empty>
      {reads && <WebsiteDialog close={() => setReads(false)} />}
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, ExternalLink, Globe } from 'lucide-react';
import { useApi } from '../api/client';
import { asSentence, Problem } from '../api/problem';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { useSpace, type Space } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { sourceQuery, type Source } from './api';
import { Fact, Facts } from './Facts';
import { useActiveJobs } from './live';
import { SkeletonTable } from './SkeletonTable';
import { SourceActions } from './SourceActions';
import { SourcePages } from './SourcePages';
import { State } from './State';
import { ending, figure, schedule, SCOPE_WORDS } from './words';

const route = getRouteApi('/spaces/$space/knowledge/websites/$source');

/** A place of the web: what is read of it, when, and what came of each page. */
export function SourcePage() {
  const [api, space] = [useApi(), useSpace()];
  const { source: id } = route.useParams();
  const { data: source, error, refetch } = useQuery(sourceQuery(api, id));
  useTitle(source?.url, space.name);
  if ((error instanceof Problem && error.status === 404) || (source && source.space !== space.id)) return <Absent slug={space.slug} />;
  if (!source) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the website" />;
  return <Shown source={source} space={space} />;
}

function Shown({ source, space }: { source: Source; space: Space }) {
  const mayWrite = useMay('knowledge:write');
  const job = useActiveJobs(space.id).get(source.id);
  const { url, scope, error } = source;
  const walks = scope === 'host' || scope === 'site';
  const said = ending(source);
  return (
    <article className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6">
      <Link to="/spaces/$space/knowledge/websites" params={{ space: space.slug }} className="-ms-1 inline-flex items-center gap-1.5 rounded px-1 py-0.5 text-xs font-medium text-mute hover:text-ink">
        <ArrowLeft className="size-3.5" aria-hidden /> Websites
      </Link>
      <header className="mt-2 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="text-xl font-semibold tracking-tight wrap-anywhere">{url.replace(/^https?:\/\//, '')}</h2>
          <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="mt-1 inline-flex items-center gap-1.5 text-mute hover:text-accent">
            {SCOPE_WORDS[scope].label} <ExternalLink className="size-3.5 shrink-0" aria-hidden />
            <span className="sr-only">(opens the site)</span>
          </a>
        </div>
        {mayWrite && <SourceActions source={source} slug={space.slug} busy={Boolean(job)} />}
      </header>
      {error && (
        <div role="alert" className="mt-4 rounded-lg bg-bad-soft px-3.5 py-3 text-bad">
          <p className="font-medium">It could not be read.</p>
          <p>{asSentence(error)}</p>
        </div>
      )}
      {!error && said && <p className="mt-4 rounded-lg bg-warn-soft px-3.5 py-3 text-warn">{said}</p>}
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="lg:order-2">
          <Facts>
            <Fact name="Status">
              <State of={source} job={job} />
            </Fact>
            <Fact name="Pages found">{figure(source.pages)}</Fact>
            {scope !== 'page' && <Fact name="Pages at most">{figure(source.max_pages)}</Fact>}
            {walks && <Fact name="Links from the start">{source.max_depth}</Fact>}
            {source.below && <Fact name="Only below">{source.below}</Fact>}
            <Fact name="Read again">{schedule(source.every_hours)}</Fact>
            <Fact name="Last read">{source.crawled_at ? mediumTime(new Date(source.crawled_at)) : 'Never'}</Fact>
            <Fact name="Added">{mediumTime(new Date(source.created_at))}</Fact>
          </Facts>
        </div>
        <SourcePages source={source.id} slug={space.slug} />
      </div>
    </article>
  );
}

function Absent({ slug }: { slug: string }) {
  return (
    <Empty icon={Globe} title="No such website here">
      <p>It may have been removed.</p>
      <Link to="/spaces/$space/knowledge/websites" params={{ space: slug }} className="font-medium text-accent underline underline-offset-2">
        All websites
      </Link>
    </Empty>
  );
}

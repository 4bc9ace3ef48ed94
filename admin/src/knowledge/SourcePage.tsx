import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import { useApi } from '../api/client';
import { Problem } from '../api/problem';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { useSpace, type Space } from '../spaces/api';
import { Failure } from '../ui/Failure';
import { sourceQuery, type Source } from './api';
import { Absent, Detail } from './Detail';
import { Fact } from './Facts';
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
  if ((error instanceof Problem && error.status === 404) || (source && source.space !== space.id)) return <Absent list="websites" slug={space.slug} />;
  if (!source) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the website" />;
  return <Shown source={source} space={space} />;
}

function Shown({ source, space }: { source: Source; space: Space }) {
  const mayWrite = useMay('knowledge:write');
  const job = useActiveJobs(space.id).get(source.id);
  const { url, scope } = source;
  const walks = scope === 'host' || scope === 'site';
  return (
    <Detail
      list="websites"
      slug={space.slug}
      title={url.replace(/^https?:\/\//, '')}
      lead={
        <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="mt-1 inline-flex items-center gap-1.5 text-mute hover:text-accent">
          {SCOPE_WORDS[scope].label} <ExternalLink className="size-3.5 shrink-0" aria-hidden />
          <span className="sr-only">(opens the site)</span>
        </a>
      }
      actions={mayWrite && <SourceActions source={source} slug={space.slug} busy={Boolean(job)} />}
      error={source.error}
      note={ending(source)}
      facts={
        <>
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
        </>
      }
    >
      <SourcePages source={source.id} slug={space.slug} />
    </Detail>
  );
}

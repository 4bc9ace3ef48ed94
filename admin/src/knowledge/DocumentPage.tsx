import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, ExternalLink, FileX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApi } from '../api/client';
import { asSentence, Problem } from '../api/problem';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { useSpace, type Space } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { documentQuery, type Document } from './api';
import { DocumentActions } from './DocumentActions';
import { Fact, Facts } from './Facts';
import { useActiveJobs } from './live';
import { PassageList, useVersion } from './PassageList';
import { SkeletonTable } from './SkeletonTable';
import { State } from './State';
import { bytes, figure, kind } from './words';

const route = getRouteApi('/spaces/$space/knowledge/documents/$document');

/** A document: what is known of it, what can be done with it, and its passages. */
export function DocumentPage() {
  const [api, space] = [useApi(), useSpace()];
  const { document: id } = route.useParams();
  const { data: document, error, refetch } = useQuery(documentQuery(api, id));
  useTitle(document?.title, space.name);
  if (error instanceof Problem && error.status === 404) return <Absent slug={space.slug} />;
  if (!document) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the document" />;
  if (document.space !== space.id) return <Absent slug={space.slug} />;
  return <Shown document={document} space={space} />;
}

function Shown({ document, space }: { document: Document; space: Space }) {
  const mayWrite = useMay('knowledge:write');
  const job = useActiveJobs(space.id).get(document.id);
  const { title, name, url, error } = document;
  return (
    <article className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6">
      <Link to="/spaces/$space/knowledge" params={{ space: space.slug }} className="-ms-1 inline-flex items-center gap-1.5 rounded px-1 py-0.5 text-xs font-medium text-mute hover:text-ink">
        <ArrowLeft className="size-3.5" aria-hidden /> Documents
      </Link>
      <header className="mt-2 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="text-xl font-semibold tracking-tight text-pretty wrap-anywhere">{title}</h2>
          {url ? (
            <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="mt-1 inline-flex max-w-full items-center gap-1.5 text-mute hover:text-accent">
              <span className="truncate">{url}</span> <ExternalLink className="size-3.5 shrink-0" aria-hidden />
            </a>
          ) : (
            title !== name && <p className="mt-1 truncate text-mute">{name}</p>
          )}
        </div>
        <DocumentActions document={document} space={space} mayWrite={mayWrite} busy={Boolean(job)} />
      </header>
      {error && (
        <div role="alert" className="mt-4 rounded-lg bg-bad-soft px-3.5 py-3 text-bad">
          <p className="font-medium">It could not be read.</p>
          <p>{asSentence(error)}</p>
        </div>
      )}
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="lg:order-2">
          <Facts>
            <Fact name="Status">
              <State of={document} job={job} />
            </Fact>
            <Fact name="Kind">{kind(document)}</Fact>
            <Fact name="Size">{document.bytes > 0 ? bytes(document.bytes) : 'Not here yet'}</Fact>
            <Fact name="Added">{mediumTime(new Date(document.created_at))}</Fact>
            <Fact name="Changed">{mediumTime(new Date(document.updated_at))}</Fact>
            <VersionFacts document={document.id} />
          </Facts>
        </div>
        <PassageList document={document.id} waits={document.status !== 'ready' && document.status !== 'failed'} />
      </div>
    </article>
  );
}

/** Of the version that is searched; an older one than the file while that is being read. */
function VersionFacts({ document }: { document: string }): ReactNode {
  const version = useVersion(document);
  if (!version) return null;
  return (
    <>
      <Fact name="Searched as read">{mediumTime(new Date(version.read_at))}</Fact>
      <Fact name="Passages">{figure(version.passages)}</Fact>
      <Fact name="Characters">{figure(version.characters)}</Fact>
      <Fact name="Tokens">{figure(version.tokens)}</Fact>
    </>
  );
}

function Absent({ slug }: { slug: string }) {
  return (
    <Empty icon={FileX} title="No such document here">
      <p>It may have been deleted.</p>
      <Link to="/spaces/$space/knowledge" params={{ space: slug }} className="font-medium text-accent underline underline-offset-2">
        All documents
      </Link>
    </Empty>
  );
}

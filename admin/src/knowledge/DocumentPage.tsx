import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApi } from '../api/client';
import { Problem } from '../api/problem';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { mediumTime } from '../inbox/time';
import { useSpace, type Space } from '../spaces/api';
import { Failure } from '../ui/Failure';
import { documentQuery, type Document } from './api';
import { Absent, Detail } from './Detail';
import { DocumentActions } from './DocumentActions';
import { Fact } from './Facts';
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
  if (error instanceof Problem && error.status === 404) return <Absent list="documents" slug={space.slug} />;
  if (!document) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the document" />;
  if (document.space !== space.id) return <Absent list="documents" slug={space.slug} />;
  return <Shown document={document} space={space} />;
}

function Shown({ document, space }: { document: Document; space: Space }) {
  const mayWrite = useMay('knowledge:write');
  const job = useActiveJobs(space.id).get(document.id);
  const { title, name, url } = document;
  return (
    <Detail
      list="documents"
      slug={space.slug}
      title={title}
      lead={
        url ? (
          <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="mt-1 inline-flex max-w-full items-center gap-1.5 text-mute hover:text-accent">
            <span className="truncate">{url}</span> <ExternalLink className="size-3.5 shrink-0" aria-hidden />
          </a>
        ) : (
          title !== name && <p className="mt-1 truncate text-mute">{name}</p>
        )
      }
      actions={<DocumentActions document={document} space={space} mayWrite={mayWrite} busy={Boolean(job)} />}
      error={document.error}
      facts={
        <>
          <Fact name="Status">
            <State of={document} job={job} />
          </Fact>
          <Fact name="Kind">{kind(document)}</Fact>
          <Fact name="Size">{document.bytes > 0 ? bytes(document.bytes) : 'Not here yet'}</Fact>
          <Fact name="Added">{mediumTime(new Date(document.created_at))}</Fact>
          <Fact name="Changed">{mediumTime(new Date(document.updated_at))}</Fact>
          <VersionFacts document={document.id} />
        </>
      }
    >
      <PassageList document={document.id} waits={document.status !== 'ready' && document.status !== 'failed'} />
    </Detail>
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

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useEffect } from 'react';
import { useApi } from '../api/client';
import { useTitle } from '../app/title';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { More } from '../ui/More';
import { documentsQuery } from './api';
import { DocumentFilter } from './DocumentFilter';
import { DocumentTable } from './DocumentTable';
import { matches, type Filter } from './filter';
import { NoDocuments } from './NoDocuments';
import { SkeletonTable } from './SkeletonTable';

/** All documents of the space, by name. */
export function DocumentsPage() {
  const space = useSpace();
  useTitle('Knowledge', space.name);
  const filter = useSearch({ from: '/spaces/$space/knowledge/' });
  const navigate = useNavigate();
  const found = useInfiniteQuery(documentsQuery(useApi(), space.id));
  const { data: documents, error, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } = found;
  const isFiltered = Boolean(filter.q || filter.show);
  // The server lists by name and filters nothing: what is looked for may be on the last page.
  const looksOn = isFiltered && hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (looksOn) void fetchNextPage();
  }, [looksOn, fetchNextPage]);

  if (!documents) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the documents" />;
  if (documents.length === 0) return <NoDocuments />;
  const change = (next: Filter) => void navigate({ to: '/spaces/$space/knowledge', params: { space: space.slug }, search: next, replace: true });
  const shown = isFiltered ? documents.filter((document) => matches(document, filter)) : documents;
  return (
    <>
      {error && <Stale />}
      <DocumentFilter filter={filter} change={change} shown={shown.length} of={documents.length} more={hasNextPage} />
      {shown.length > 0 && <DocumentTable documents={shown} slug={space.slug} />}
      {shown.length === 0 && !hasNextPage && (
        <Empty icon={SearchX} title="Nothing matches">
          <p>None of the documents is like that.</p>
          <Button onClick={() => change({})}>Show all</Button>
        </Empty>
      )}
      {hasNextPage && <More label="Show more documents" busy={isFetchingNextPage} load={fetchNextPage} />}
    </>
  );
}

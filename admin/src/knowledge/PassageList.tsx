import { useInfiniteQuery } from '@tanstack/react-query';
import { Scissors } from 'lucide-react';
import { useApi } from '../api/client';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { More } from '../ui/More';
import { passagesQuery, type Passage } from './api';
import { PassageText } from './PassageText';
import { Path } from './Path';
import { SkeletonTable } from './SkeletonTable';
import { count } from './words';

export const useVersion = (document: string) => useInfiniteQuery(passagesQuery(useApi(), document)).data?.version ?? null;

/** What a document was cut into, in its order: what is found, cited and given to the model. */
export function PassageList({ document, waits }: { document: string; waits: boolean }) {
  const found = useInfiniteQuery(passagesQuery(useApi(), document));
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = found;
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTable label="Loading the passages" />;
  if (data.passages.length === 0) {
    return (
      <Empty icon={Scissors} title="No passages yet">
        <p>{waits ? 'They appear here once the document has been read.' : 'Nothing of this document is searched.'}</p>
      </Empty>
    );
  }
  return (
    <section aria-label="Passages" className="min-w-0">
      <ol className="space-y-3">
        {data.passages.map((passage) => (
          <Card key={passage.id} passage={passage} />
        ))}
      </ol>
      {hasNextPage && <More label="Show more passages" busy={isFetchingNextPage} load={fetchNextPage} />}
    </section>
  );
}

function Card({ passage: { place, heading, page, tokens, kind, text } }: { passage: Passage }) {
  return (
    <li className="rounded-xl border border-line px-4 py-3">
      <div className="mb-1.5 flex items-baseline gap-3 text-xs text-mute">
        <span className="font-medium tabular-nums">{place}</span>
        <Path heading={heading} />
        <span className="ms-auto shrink-0 tabular-nums">
          {page !== null && `Page ${page} · `}
          {count(tokens, 'token')}
        </span>
      </div>
      <PassageText text={text} code={kind === 'code'} />
    </li>
  );
}

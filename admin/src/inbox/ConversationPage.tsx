import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, MessageSquareDashed } from 'lucide-react';
import { useApi } from '../api/client';
import { Problem } from '../api/problem';
import { useTitle } from '../app/title';
import { useSpace } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { Failure, Stale } from '../ui/Failure';
import { SkeletonTranscript } from '../ui/Skeleton';
import { conversationQuery, messagesQuery, type Conversation } from './api';
import { StatusBadge } from './StatusBadge';
import { mediumTime } from './time';
import { Transcript } from './Transcript';
import { VisitorFace, visitorName } from './visitor';

const route = getRouteApi('/spaces/$space/conversations/$conversation');

/** A conversation, live. */
export function ConversationPage() {
  const { conversation: id } = route.useParams();
  const space = useSpace();
  const found = useQuery(conversationQuery(useApi(), id));
  const name = found.data && visitorName(found.data.visitor);
  useTitle(name, space.name);

  const absent = found.data ? found.data.space !== space.id : isAbsent(found.error);
  if (absent) return <Absent slug={space.slug} />;
  if (!found.data) return found.error ? <Failure error={found.error} retry={found.refetch} /> : <SkeletonTranscript />;
  return (
    <section aria-label={name} className="flex min-h-0 flex-1 flex-col">
      <Header conversation={found.data} slug={space.slug} />
      {/* A transcript of its own for each, so that each begins at its end. */}
      <Messages key={id} conversation={found.data} />
    </section>
  );
}

/** An id that is malformed is as absent as one that is unknown. */
const isAbsent = (error: unknown) => error instanceof Problem && (error.status === 404 || error.status === 400);

function Header({ conversation: { visitor, status, created_at }, slug }: { conversation: Conversation; slug: string }) {
  return (
    <header className="flex h-16 shrink-0 items-center gap-3 border-b border-line bg-panel px-3 sm:px-6">
      <Link
        to="/spaces/$space/conversations"
        params={{ space: slug }}
        aria-label="Back to the conversations"
        className="grid size-9 place-items-center rounded-lg text-mute hover:bg-sunken md:hidden"
      >
        <ArrowLeft className="size-5" aria-hidden />
      </Link>
      <VisitorFace id={visitor} />
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-semibold">{visitorName(visitor)}</h2>
        <p className="truncate text-xs text-mute">
          Began <time dateTime={created_at}>{mediumTime(new Date(created_at))}</time>
        </p>
      </div>
      <StatusBadge status={status} />
    </header>
  );
}

function Messages({ conversation }: { conversation: Conversation }) {
  const { data, error, refetch } = useQuery(messagesQuery(useApi(), conversation.id));
  if (!data) return error ? <Failure error={error} retry={refetch} /> : <SkeletonTranscript />;
  if (data.length === 0) return <Empty icon={MessageSquareDashed} title="Nothing was said yet" />;
  return (
    <>
      {error && <Stale />}
      <Transcript messages={data} visitor={visitorName(conversation.visitor)} />
    </>
  );
}

function Absent({ slug }: { slug: string }) {
  return (
    <Empty icon={MessageSquareDashed} title="No such conversation here">
      <p>It was deleted, or the link is not complete.</p>
      <Link to="/spaces/$space/conversations" params={{ space: slug }} className="font-medium text-accent underline underline-offset-2">
        All conversations
      </Link>
    </Empty>
  );
}

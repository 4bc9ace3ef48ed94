import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, MessageSquareDashed, PanelRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { SkeletonTranscript } from '../ui/Skeleton';
import { Actions } from './Actions';
import { conversationQuery, type Conversation } from './api';
import { Composer } from './Composer';
import { Context } from './Context';
import { useDetails } from './details';
import { useViewers } from './InboxLive';
import { StatusBadge } from './StatusBadge';
import { isAbsent } from './talk';
import { Transcript } from './Transcript';
import { useTalk } from './useTalk';
import { AgentFace, VisitorFace, visitorName } from './visitor';

const route = getRouteApi('/inbox/$conversation');

/** A conversation, live. */
export function ConversationPage() {
  const { conversation: id } = route.useParams();
  const found = useQuery(conversationQuery(useApi(), id));
  useTitle(found.data && visitorName(found.data), 'Inbox');
  if (isAbsent(found.error)) return <Absent />;
  if (!found.data) return found.error ? <Failure error={found.error} retry={found.refetch} /> : <SkeletonTranscript />;
  // One of its own for each, so that each begins at its end.
  return <Open key={id} conversation={found.data} />;
}

function Open({ conversation }: { conversation: Conversation }) {
  const [talk, state] = useTalk(conversation.id);
  const { at } = route.useSearch();
  const [details, toggleDetails] = useDetails();
  const mayAnswer = useMay('conversations:write');
  const name = visitorName(conversation);
  useRead(state.phase === 'ready' ? talk.head : 0, () => talk.read());
  return (
    <div className="flex min-h-0 flex-1">
      <section aria-label={name} className="@container flex min-h-0 min-w-0 flex-1 flex-col">
        <Header conversation={conversation} details={details} toggleDetails={toggleDetails} />
        {state.phase === 'failed' ? (
          <Failure error={state.error} retry={talk.retry} />
        ) : state.phase === 'loading' ? (
          <SkeletonTranscript />
        ) : (
          <Transcript state={state} visitor={name} more={() => talk.more()} at={at} undo={(client_id) => talk.outbox.takeBack(client_id)} />
        )}
        {mayAnswer && <Composer conversation={conversation} talk={talk} state={state} />}
      </section>
      {details && <Context conversation={conversation} rating={state.rating} close={toggleDetails} />}
    </div>
  );
}

/** Tells the visitor that what they wrote was seen, once it is on screen. */
function useRead(seq: number, read: () => void) {
  const told = useRef(0);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState !== 'visible' || told.current >= seq) return;
      told.current = seq;
      read();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
}

interface HeaderProps {
  conversation: Conversation;
  details: boolean;
  toggleDetails: () => void;
}

function Header({ conversation, details, toggleDetails }: HeaderProps) {
  const search = route.useSearch();
  const viewers = useViewers(conversation.id);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line bg-panel px-3 sm:px-4">
      <Link to="/inbox" search={search} aria-label="Back to the inbox" className="grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken md:hidden">
        <ArrowLeft className="size-5" aria-hidden />
      </Link>
      <VisitorFace of={conversation} size="size-8 max-sm:hidden" />
      <div className="flex min-w-0 flex-1 items-center gap-2.5">
        <h2 className="truncate font-semibold">{visitorName(conversation)}</h2>
        <StatusBadge status={conversation.status} tight />
        {viewers.length > 0 && (
          <ul aria-label="Also looking at this" className="flex -space-x-1.5 max-sm:hidden">
            {viewers.slice(0, 3).map(({ id, name }) => (
              <li key={id}>
                <AgentFace name={name} title={`${name} is looking at this`} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <Actions conversation={conversation} />
      <button
        type="button"
        aria-label="Details"
        aria-pressed={details}
        onClick={toggleDetails}
        className="grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink aria-pressed:text-accent"
      >
        <PanelRight className="size-4" aria-hidden />
      </button>
    </header>
  );
}

function Absent() {
  return (
    <Empty icon={MessageSquareDashed} title="No such conversation">
      <p>It was deleted, or the link is not complete.</p>
      <Link to="/inbox" className="font-medium text-accent underline underline-offset-2">
        The inbox
      </Link>
    </Empty>
  );
}

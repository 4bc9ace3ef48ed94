import { getRouteApi, Outlet, useMatchRoute } from '@tanstack/react-router';
import { MessageSquareText } from 'lucide-react';
import { useState } from 'react';
import { useTitle } from '../app/title';
import { Empty } from '../ui/Empty';
import { ConversationList } from './ConversationList';
import { Search } from './Search';
import { SetsUp } from './SetsUp';
import { ViewMenu } from './ViewMenu';

const route = getRouteApi('/inbox');

/** The list beside the conversation; on a narrow screen one or the other. */
export function InboxPage() {
  const search = route.useSearch();
  // Until the address has it: what is typed meanwhile is no shortcut.
  const [isBegun, setBegun] = useState(false);
  const open = Boolean(useMatchRoute()({ to: '/inbox/$conversation' })) && !isBegun;
  if (isBegun && search.q !== undefined) setBegun(false);
  const q = search.q ?? (isBegun ? '' : undefined);
  return (
    <div className="flex min-h-0 flex-1">
      <div className={`${open ? 'hidden md:flex' : 'flex'} min-h-0 w-full flex-col border-line bg-panel md:w-80 md:shrink-0 md:border-e 2xl:w-96`}>
        {q === undefined ? (
          <>
            <ViewMenu search={search} begin={() => setBegun(true)} />
            <ConversationList search={search} />
          </>
        ) : (
          <Search q={q} search={search} close={() => setBegun(false)} />
        )}
      </div>
      <div className={`${open ? 'flex' : 'hidden md:flex'} min-h-0 min-w-0 flex-1 flex-col`}>
        <Outlet />
      </div>
    </div>
  );
}

/** Beside the list while none is open. */
export function NoConversation() {
  useTitle('Inbox');
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <Empty icon={MessageSquareText} title="Choose a conversation">
        <p>It opens here and follows along while it goes on.</p>
        <SetsUp />
      </Empty>
    </div>
  );
}

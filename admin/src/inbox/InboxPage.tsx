import { Outlet, useMatchRoute } from '@tanstack/react-router';
import { MessageSquareText } from 'lucide-react';
import { useTitle } from '../app/title';
import { useSpace } from '../spaces/api';
import { Empty } from '../ui/Empty';
import { ConversationList } from './ConversationList';

/** The list beside the conversation; on a narrow screen one or the other. */
export function InboxPage() {
  const open = Boolean(useMatchRoute()({ to: '/spaces/$space/conversations/$conversation' }));
  return (
    <div className="flex min-h-0 flex-1">
      <div className={`${open ? 'hidden md:flex' : 'flex'} min-h-0 w-full flex-col border-line bg-panel md:w-80 md:border-e xl:w-96`}>
        <ConversationList />
      </div>
      <div className={`${open ? 'flex' : 'hidden md:flex'} min-h-0 min-w-0 flex-1 flex-col`}>
        <Outlet />
      </div>
    </div>
  );
}

/** Beside the list while none is open. */
export function NoConversation() {
  useTitle('Conversations', useSpace().name);
  return (
    <Empty icon={MessageSquareText} title="Choose a conversation">
      <p>Its transcript opens here and follows along while it goes on.</p>
    </Empty>
  );
}

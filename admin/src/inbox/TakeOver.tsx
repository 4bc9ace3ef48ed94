import { Lock } from 'lucide-react';
import { Button } from '../ui/Button';
import { useActs } from './acts';
import type { Conversation } from './api';

/** Another agent answers. */
export function TakeOver({ conversation, me }: { conversation: Conversation; me: string }) {
  const acts = useActs(conversation);
  return (
    <div className="flex flex-wrap items-center gap-3 p-3">
      <p className="flex items-center gap-2 text-mute">
        <Lock className="size-4 shrink-0" aria-hidden />
        {conversation.assignee?.name} answers here.
      </p>
      <Button className="ms-auto" disabled={acts.isPending} onClick={() => acts.mutate({ act: 'transfer', to: me })}>
        Take it over
      </Button>
    </div>
  );
}

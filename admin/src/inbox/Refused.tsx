import { useMutation } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { asSentence } from '../api/problem';
import { Button } from '../ui/Button';
import { useActs } from './acts';
import { isHeld, type Conversation } from './api';
import { Attachments } from './Attachments';
import type { Pending, Talk } from './talk';

/** Why something was not sent, with what was not seen; it is not lost. */
export function Refused({ pending, talk, conversation, me }: { pending: Pending; talk: Talk; conversation: Conversation; me: string }) {
  const acts = useActs(conversation);
  const heldByOther = isHeld(conversation, me);
  const send = useMutation({
    mutationFn: async () => {
      if (heldByOther) await acts.mutateAsync({ act: 'transfer', to: me });
      talk.outbox.again(pending.client_id, talk.head);
    },
  });
  if (!pending.refused) return null;
  const { code, detail, unseen } = pending.refused;
  return (
    <div role="alert" className="border-b border-line bg-warn-soft">
      <div className="mx-auto max-w-4xl space-y-2 px-4 py-3 sm:px-6">
        <p className="flex items-center gap-2 font-medium text-warn">
          <TriangleAlert className="size-4 shrink-0" aria-hidden />
          {code === 'stale' ? 'Not sent: somebody has answered meanwhile.' : asSentence(`not sent: ${detail}`)}
        </p>
        {unseen.map(({ id, author, text }) => (
          <blockquote key={id} className="border-s-2 border-warn ps-3">
            <span className="font-medium">{author.name}:</span> {text}
          </blockquote>
        ))}
        {pending.text && <p className="rounded-lg bg-panel px-3 py-2 whitespace-pre-wrap wrap-anywhere">{pending.text}</p>}
        <Attachments of={pending.attachments} />
        <div className="flex flex-wrap gap-2">
          {code !== 'attachment_unknown' && (
            <Button disabled={send.isPending} onClick={() => send.mutate()}>{heldByOther ? 'Take it over and send' : code === 'unsent' ? 'Send it now' : 'Send it all the same'}</Button>
          )}
          <Button onClick={() => talk.outbox.takeBack(pending.client_id)}>Edit</Button>
          <Button look="quiet" onClick={() => talk.outbox.drop(pending.client_id)}>
            Discard
          </Button>
        </div>
      </div>
    </div>
  );
}

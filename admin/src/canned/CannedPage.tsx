import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Lock, MessageSquareQuote, Plus, Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useApi } from '../api/client';
import { useKeys } from '../app/keys';
import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Dialog';
import { Empty } from '../ui/Empty';
import { Failure } from '../ui/Failure';
import { Page } from '../ui/Page';
import { SkeletonLines } from '../ui/Skeleton';
import { cannedQuery, type CannedReply } from './api';
import { CannedForm } from './CannedForm';
import { CannedRow } from './CannedRow';
import { matching } from './match';

/** What the team says again and again. */
export function CannedPage() {
  useTitle('Canned replies');
  return useMay('conversations:write') ? (
    <Replies />
  ) : (
    <Empty icon={Lock} title="For who answers">
      <p>Agents write canned replies, and insert them where they answer visitors.</p>
    </Empty>
  );
}

function Replies() {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: replies, error, refetch } = useQuery(cannedQuery(api));
  const [word, setWord] = useState('');
  const [editing, setEditing] = useState<CannedReply | 'new' | null>(null);
  const [removing, setRemoving] = useState<CannedReply | null>(null);
  const shown = replies && matching(replies, word);
  const make = (
    <Button look="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New reply
    </Button>
  );
  return (
    <Page
      title="Canned replies"
      lead={
        <>
          Type <kbd className="rounded border border-line bg-sunken px-1 font-sans text-xs">/</kbd> where you answer a visitor to insert one.
        </>
      }
      actions={replies && replies.length > 0 && make}
    >
      <div className="mt-6 space-y-4">
        {!replies && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading canned replies" lines={3} />)}
        {replies?.length === 0 && (
          <Empty icon={MessageSquareQuote} title="No canned replies yet">
            <p>Write down what you say again and again. It is filled in with the visitor's name, and can resolve the conversation once it is sent.</p>
            {make}
          </Empty>
        )}
        {replies && replies.length > 0 && <SearchField word={word} change={setWord} found={shown?.length ?? 0} of={replies.length} />}
        {shown && shown.length > 0 && (
          <ul className="divide-y divide-line rounded-xl border border-line">
            {shown.map((reply) => (
              <CannedRow key={reply.id} reply={reply} edit={() => setEditing(reply)} remove={() => setRemoving(reply)} />
            ))}
          </ul>
        )}
        {shown?.length === 0 && replies?.length !== 0 && (
          <p className="rounded-xl border border-dashed border-line p-5 text-center text-mute">No reply has this in its shortcut, title or text.</p>
        )}
      </div>
      {editing && <CannedForm reply={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
      {removing && (
        <Confirm
          title={`Delete ${removing.title}?`}
          lead="Nobody can insert it any more. What was sent with it stays."
          label="Delete the reply"
          act={async () => {
            await api.delete(`/api/canned-replies/${removing.id}`);
            await queries.invalidateQueries({ queryKey: ['canned-replies'] });
          }}
          close={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}

function SearchField({ word, change, found, of }: { word: string; change: (word: string) => void; found: number; of: number }) {
  const input = useRef<HTMLInputElement>(null);
  useKeys({ filter: () => input.current?.focus() });
  return (
    <div role="search" className="flex items-center gap-3">
      <div className="relative min-w-0 flex-1 sm:max-w-72">
        <Search className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-mute" aria-hidden />
        <input
          ref={input}
          type="search"
          aria-label="Search canned replies"
          placeholder="Shortcut, title or text"
          value={word}
          onChange={({ target }) => change(target.value)}
          className="h-9 w-full rounded-lg border border-line bg-panel ps-8 pe-2 text-base hover:border-strong focus-visible:border-accent focus-visible:outline-offset-0 sm:text-sm"
        />
      </div>
      <p role="status" className="ms-auto text-xs text-mute tabular-nums">
        {word ? `${found} of ${of}` : `${of} ${of === 1 ? 'reply' : 'replies'}`}
      </p>
    </div>
  );
}

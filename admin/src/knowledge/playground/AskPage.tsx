import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowRight, FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useTitle } from '../../app/title';
import { useSpace } from '../../spaces/api';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { Failure } from '../../ui/Failure';
import { SkeletonTable } from '../SkeletonTable';
import { foundQuery } from './api';
import { Result } from './Result';

const MOST_CHARACTERS = 2_000;

/** Asks a question as a visitor would, and shows what is found for it and why; no model is asked. */
export function AskPage() {
  const space = useSpace();
  useTitle('Playground', space.name);
  const { q = '' } = useSearch({ from: '/spaces/$space/playground/' });
  const { data: found, error, isFetching, refetch } = useQuery(foundQuery(useApi(), space.id, q));
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-5 sm:px-6">
      <QuestionForm key={q} asked={q} busy={isFetching} again={refetch} />
      <div className="mt-5 flex flex-col">
        {q === '' ? (
          <Empty icon={FlaskConical} title="See what the assistant would find">
            <p>Ask as a visitor would. You see the passages it would answer from, how they were weighed, and when it would rather say nothing.</p>
          </Empty>
        ) : found ? (
          <Result question={q} found={found} space={space} />
        ) : error ? (
          <Failure error={error} retry={refetch} />
        ) : (
          <SkeletonTable label="Searching" />
        )}
      </div>
    </div>
  );
}

function QuestionForm({ asked, busy, again }: { asked: string; busy: boolean; again: () => unknown }) {
  const [space, navigate] = [useSpace(), useNavigate()];
  const [question, setQuestion] = useState(asked);
  return (
    <form
      role="search"
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const q = question.trim();
        if (!q) return;
        if (q === asked) return void again();
        void navigate({ to: '/spaces/$space/playground', params: { space: space.slug }, search: { q } });
      }}
    >
      <input
        aria-label="A question, as a visitor would ask it"
        placeholder="How long does the warranty last?"
        required
        maxLength={MOST_CHARACTERS}
        // Somebody who comes here comes to ask; on a phone the keyboard would cover what was found.
        autoFocus={asked === '' || window.matchMedia?.('(pointer: fine)').matches}
        value={question}
        onChange={({ target }) => setQuestion(target.value)}
        className="h-11 min-w-0 flex-1 rounded-xl border border-strong bg-panel px-4 text-base focus-visible:border-accent focus-visible:outline-offset-0"
      />
      <Button type="submit" look="primary" disabled={busy} className="h-11! rounded-xl!">
        Ask <ArrowRight className="size-4" aria-hidden />
      </Button>
    </form>
  );
}

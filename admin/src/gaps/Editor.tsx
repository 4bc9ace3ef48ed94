import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { lookAgain } from '../knowledge/api';
import { share } from '../overview/format';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { TextArea } from '../ui/Inputs';
import { Done, Refusal } from '../ui/Notice';
import { gapPath, type Draft, type Gap, type Preview } from './api';
import { Comparison } from './Comparison';

const QUESTION_MOST = 500;

/** Where the answer is written: drafted, tried, published. */
export function Editor({ gap }: { gap: Gap }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [question, setQuestion] = useState(gap.question.slice(0, QUESTION_MOST));
  const [answer, setAnswer] = useState('');
  // What stood there before a draft took its place.
  const [before, setBefore] = useState('');
  const path = gapPath(gap.space, gap.id);
  const words = { question: question.trim(), answer: answer.trim() };
  const draft = useMutation({
    mutationFn: () => api.post<Draft>(`${path}/draft`),
    onSuccess: ({ text }) =>
      write(() => {
        setBefore(answer);
        setAnswer(text);
      }),
  });
  const preview = useMutation({ mutationFn: (tried: typeof words) => api.post<Preview>(`${path}/preview`, tried) });
  const publish = useMutation({
    mutationFn: () => api.post(`${path}/answer`, words),
    onSuccess: async () => {
      preview.reset();
      lookAgain(queries);
      await Promise.all(['gap', 'gaps'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
  });
  const write = (change: () => void) => {
    // What was tried is not what stands there now.
    preview.reset();
    publish.reset();
    change();
  };
  const whole = words.question !== '' && words.answer !== '';
  const busy = draft.isPending || preview.isPending || publish.isPending;
  return (
    <section aria-labelledby="write" className="min-w-0 space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 id="write" className="font-semibold">
          Write the answer
        </h3>
        <Button onClick={() => draft.mutate()} disabled={busy}>
          <Sparkles className="size-4 text-mute" aria-hidden /> {draft.isPending ? 'Drafting…' : 'Draft from conversations'}
        </Button>
      </div>
      <Refusal error={draft.error} />
      <Field label="Question" value={question} maxLength={QUESTION_MOST} required onChange={(event) => write(() => setQuestion(event.target.value))} />
      <TextArea
        label="Answer"
        rows={8}
        value={answer}
        required
        hint="Markdown. It becomes a document of this space, and visitors may be shown it."
        onChange={(event) => write(() => setAnswer(event.target.value))}
      />
      {draft.data && answer === draft.data.text && (
        <>
          <From draft={draft.data} />
          {before.trim() && <Button onClick={() => write(() => setAnswer(before))}>Put back what you wrote</Button>}
        </>
      )}
      <div className="flex flex-wrap gap-2">
        <Button look={preview.data ? 'plain' : 'primary'} disabled={!whole || busy} onClick={() => preview.mutate(words)}>
          {preview.isPending ? 'Trying…' : 'See what changes'}
        </Button>
        <Button look={preview.data ? 'primary' : 'plain'} disabled={!whole || busy} onClick={() => publish.mutate()}>
          {publish.isPending ? 'Publishing…' : 'Publish the answer'}
        </Button>
      </div>
      <Refusal error={preview.error ?? publish.error} />
      {publish.isSuccess && <Done>Published. The bot finds it once the document is read, in a few seconds.</Done>}
      {preview.data && <Comparison preview={preview.data} />}
    </section>
  );
}

function From({ draft: { model, grounding, conversations } }: { draft: Draft }) {
  return (
    <p className="rounded-lg bg-sunken px-3 py-2.5 text-mute">
      {model ? `Drafted by ${model} from what agents wrote` : 'What an agent wrote, word for word'}
      {grounding !== null && `, supported by ${share(grounding)}`}. Read it before you publish it, and take out what is about one person.{' '}
      {conversations.map((conversation, i) => (
        <Link key={conversation} to="/inbox/$conversation" params={{ conversation }} className="me-2 text-accent underline underline-offset-2">
          Conversation {i + 1}
        </Link>
      ))}
    </p>
  );
}

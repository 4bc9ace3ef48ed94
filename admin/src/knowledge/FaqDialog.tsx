import { Plus, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { useDraft } from './draft';
import { useAdd } from './useAdd';

interface Pair {
  key: number;
  question: string;
  answer: string;
}
const MOST_PAIRS = 1_000;

/** Questions with their answers become a document. */
export function FaqDialog({ close }: { close: () => void }) {
  const [draft, write, drop] = useDraft(`faq ${useSpace().id}`, { title: '', pairs: [pair(0)] });
  const add = useAdd('faq', () => {
    drop();
    close();
  });
  const put = (key: number, change: Partial<Pair>) =>
    write({ ...draft, pairs: draft.pairs.map((one) => (one.key === key ? { ...one, ...change } : one)) });
  const more = () => write({ ...draft, pairs: [...draft.pairs, pair(Math.max(-1, ...draft.pairs.map(({ key }) => key)) + 1)] });
  return (
    <Dialog
      wide
      title="Write questions and answers"
      lead="As your customers ask, and as you would answer. They become one document; the same title again is a new version of it."
      close={close}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ title: draft.title, pairs: draft.pairs.map(({ question, answer }) => ({ question, answer })) });
        }}
      >
        <Field
          label="Title"
          required
          maxLength={200}
          value={draft.title}
          onChange={({ target }) => write({ ...draft, title: target.value })}
          placeholder="Delivery"
        />
        <ol className="space-y-3">
          {draft.pairs.map((one, i) => (
            <PairFields
              key={one.key}
              number={i + 1}
              pair={one}
              put={(change) => put(one.key, change)}
              remove={draft.pairs.length > 1 ? () => write({ ...draft, pairs: draft.pairs.filter(({ key }) => key !== one.key) }) : null}
            />
          ))}
        </ol>
        <Button look="quiet" onClick={more} disabled={draft.pairs.length >= MOST_PAIRS}>
          <Plus className="size-4" aria-hidden /> Another question
        </Button>
        <Refusal error={add.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={add.isPending}>
            {draft.pairs.length === 1 ? 'Add the question' : `Add ${draft.pairs.length} questions`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const pair = (key: number): Pair => ({ key, question: '', answer: '' });

interface PairProps {
  number: number;
  pair: Pair;
  put: (change: Partial<Pair>) => void;
  remove: (() => void) | null;
}

function PairFields({ number, pair, put, remove }: PairProps) {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // The first one leaves the focus to the title.
    if (pair.key > 0 && !pair.question) item.current?.querySelector('input')?.focus();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when it appears, and not while it is written
  }, []);
  return (
    <li ref={item} aria-label={`Question ${number}`} className="space-y-3 rounded-xl border border-line bg-ground p-4">
      <Field
        label={`Question ${number}`}
        required
        maxLength={500}
        value={pair.question}
        onChange={({ target }) => put({ question: target.value })}
        end={
          remove && (
            <button type="button" aria-label={`Remove question ${number}`} onClick={remove} className="grid size-9 place-items-center rounded-md text-mute hover:text-ink">
              <Trash2 className="size-4" aria-hidden />
            </button>
          )
        }
      />
      <TextArea label="Answer" required rows={3} value={pair.answer} onChange={({ target }) => put({ answer: target.value })} />
    </li>
  );
}

import { Plus, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { TextArea } from '../ui/Inputs';
import { WriteDialog } from './WriteDialog';

interface Pair {
  key: number;
  question: string;
  answer: string;
}
interface Faq {
  title: string;
  pairs: Pair[];
}
const MOST_PAIRS = 1_000;

/** Questions with their answers become a document. */
export function FaqDialog({ close }: { close: () => void }) {
  return (
    <WriteDialog<Faq>
      how="faq"
      title="Write questions and answers"
      lead="As your customers ask, and as you would answer. They become one document; the same title again is a new version of it."
      example="Delivery"
      empty={{ title: '', pairs: [pair(0)] }}
      body={({ title, pairs }) => ({ title, pairs: pairs.map(({ question, answer }) => ({ question, answer })) })}
      label={({ pairs }) => (pairs.length === 1 ? 'Add the question' : `Add ${pairs.length} questions`)}
      close={close}
    >
      {(draft, write) => <Pairs pairs={draft.pairs} write={(pairs) => write({ ...draft, pairs })} />}
    </WriteDialog>
  );
}

function Pairs({ pairs, write }: { pairs: Pair[]; write: (pairs: Pair[]) => void }) {
  const put = (key: number, change: Partial<Pair>) => write(pairs.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const more = () => write([...pairs, pair(Math.max(-1, ...pairs.map(({ key }) => key)) + 1)]);
  return (
    <>
      <ol className="space-y-3">
        {pairs.map((one, i) => (
          <PairFields
            key={one.key}
            number={i + 1}
            pair={one}
            put={(change) => put(one.key, change)}
            remove={pairs.length > 1 ? () => write(pairs.filter(({ key }) => key !== one.key)) : null}
          />
        ))}
      </ol>
      <Button look="quiet" onClick={more} disabled={pairs.length >= MOST_PAIRS}>
        <Plus className="size-4" aria-hidden /> Another question
      </Button>
    </>
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

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useApi } from '../../api/client';
import { useSpace } from '../../spaces/api';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { TextArea } from '../../ui/Inputs';
import { Refusal } from '../../ui/Notice';
import { documentsQuery } from '../api';
import type { GoldenQuestion, GoldenWords } from './api';

const MOST_FACTS = 10;

/** A golden question that is new, or one that is changed. */
export function GoldenDialog({ begin, known, close }: { begin?: GoldenWords; known?: GoldenQuestion; close: () => void }) {
  const [api, queries, space, list] = [useApi(), useQueryClient(), useSpace(), useId()];
  const from = known ?? begin;
  const [question, setQuestion] = useState(from?.question ?? '');
  const [source, setSource] = useState(from?.source ?? '');
  const [facts, setFacts] = useState((from?.facts ?? []).join('\n'));
  const { data: documents = [] } = useInfiniteQuery(documentsQuery(api, space.id));
  const lines = facts.split('\n').map((line) => line.trim()).filter(Boolean);
  const save = useMutation({
    mutationFn: () => {
      const words: GoldenWords = { question: question.trim(), source: source.trim() || null, facts: lines };
      return known ? api.put(`/api/golden-questions/${known.id}`, words) : api.post(`/api/chat-spaces/${space.id}/golden-questions`, words);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['golden', space.id] });
      close();
    },
  });
  const unsaid = !source.trim() && lines.length === 0;
  const unknown = source.trim() !== '' && documents.length > 0 && !documents.some(({ name }) => name === source.trim());
  return (
    <Dialog
      wide
      title={known ? 'Change the golden question' : 'Add a golden question'}
      lead="It is asked again after every change of knowledge or of the assistant’s settings, and you see what got worse."
      close={close}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextArea label="Question" required rows={2} maxLength={2_000} value={question} onChange={({ target }) => setQuestion(target.value)} />
        <Field
          label="Document that must be found"
          list={list}
          maxLength={500}
          value={source}
          onChange={({ target }) => setSource(target.value)}
          placeholder="warranty.md"
          hint={unknown ? 'No document of this name has been seen here yet.' : 'By its file name or address. Leave it out if any will do.'}
        />
        <datalist id={list}>
          {documents.map(({ id, name, title }) => (
            <option key={id} value={name} label={title} />
          ))}
        </datalist>
        <TextArea
          label="Facts that must be said"
          rows={3}
          value={facts}
          onChange={({ target }) => setFacts(target.value)}
          placeholder="two years"
          hint={`One a line, ${MOST_FACTS} at most, as they stand in the text.`}
          fault={lines.length > MOST_FACTS ? `These are ${lines.length}; ${MOST_FACTS} at most.` : undefined}
        />
        <Refusal error={save.error} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          {unsaid && <p className="me-auto text-xs text-mute">Give a document or a fact, so that there is something to look for.</p>}
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending || unsaid || lines.length > MOST_FACTS}>
            {known ? 'Save the question' : 'Add the question'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

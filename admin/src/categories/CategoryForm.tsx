import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { Tag } from '../ui/Tag';
import { examplesQuery, EXAMPLES_MOST, type Category, type Example } from './api';

/** Lines that are examples. */
const linesOf = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** Makes a category, or changes one and its examples. */
export function CategoryForm({ category, close }: { category: Category | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [name, setName] = useState(category?.name ?? '');
  const [description, setDescription] = useState(category?.description ?? '');
  const [more, setMore] = useState('');
  const [made, setMade] = useState(category);
  const put = useMutation({
    mutationFn: async () => {
      const words = { name, description };
      // Where only the examples were refused, the category is there.
      const kept = made ? await api.patch<Category>(`/api/ticket-categories/${made.id}`, words) : await api.post<Category>('/api/ticket-categories', words);
      setMade(kept);
      const texts = linesOf(more);
      if (texts.length > 0) await api.post(`/api/ticket-categories/${kept.id}/examples`, { texts });
    },
    onSuccess: close,
    onSettled: () => queries.invalidateQueries({ queryKey: ['ticket-categories'] }),
  });
  return (
    <Dialog wide title={category ? `Change ${category.name}` : 'New category'} close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <Field label="Name" required maxLength={80} value={name} placeholder="Delivery" onChange={({ target }) => setName(target.value)} />
        <TextArea
          label="Description"
          rows={2}
          maxLength={2_000}
          value={description}
          placeholder="Where a parcel is, and when it comes."
          hint="Counts as an example."
          onChange={({ target }) => setDescription(target.value)}
        />
        <TextArea
          label="Add examples"
          rows={4}
          value={more}
          placeholder={'Where is my parcel?\nIt should have come yesterday.'}
          hint={`What customers write, one in each line. ${EXAMPLES_MOST} at most; five are a good start.`}
          onChange={({ target }) => setMore(target.value)}
        />
        {category && category.examples > 0 && <Examples category={category} />}
        <Refusal error={put.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={put.isPending}>
            {category ? 'Save the category' : 'Add the category'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Examples({ category }: { category: Category }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: examples = [] } = useQuery(examplesQuery(api, category.id));
  const remove = useMutation({
    mutationFn: (example: Example) => api.delete(`/api/ticket-categories/${category.id}/examples/${example.id}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['ticket-categories'] }),
  });
  return (
    <section aria-label="Examples">
      <h3 className="mb-1.5 font-medium">Examples</h3>
      {/* What scrolls can be reached by keyboard: there are buttons in it. */}
      <ul className="max-h-56 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {examples.map((example) => (
          <li key={example.id} className="flex items-center gap-2 py-1 ps-3 pe-1">
            <span className="min-w-0 flex-1 truncate" title={example.text}>
              {example.text}
            </span>
            {example.source === 'correction' && <Tag>Correction</Tag>}
            <button
              type="button"
              aria-label={`Remove the example ${example.text}`}
              disabled={remove.isPending}
              onClick={() => remove.mutate(example)}
              className="grid size-8 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <Refusal error={remove.error} />
    </section>
  );
}

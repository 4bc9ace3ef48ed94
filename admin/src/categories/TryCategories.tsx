import { useMutation } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Refusal } from '../ui/Notice';
import type { Category, Tried } from './api';

const percent = (score: number) => `${Math.round(score * 100)} %`;

/** Which category a ticket of some text would have. */
export function TryCategories({ categories }: { categories: readonly Category[] }) {
  const api = useApi();
  const [text, setText] = useState('');
  const { mutate, data: tried, isPending, error } = useMutation({ mutationFn: () => api.post<Tried>('/api/ticket-categories/try', { text }) });
  const name = (id: string) => categories.find((category) => category.id === id)?.name ?? 'A deleted category';
  return (
    <section aria-label="Try it" className="rounded-xl border border-line bg-sunken p-4">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          mutate();
        }}
      >
        <div className="min-w-0 flex-1 basis-64">
          <Field label="Try it" required maxLength={2_000} value={text} placeholder="What a customer would write" onChange={({ target }) => setText(target.value)} />
        </div>
        <Button type="submit" disabled={isPending || !text.trim()}>
          Find the category
        </Button>
      </form>
      <Refusal error={error} />
      {tried && (
        <div role="status" className="mt-4 space-y-2">
          <p>{tried.category ? <>It would be in <span className="font-medium">{name(tried.category)}</span>.</> : 'It would have no category: none is likely enough.'}</p>
          <ol className="space-y-1.5">
            {tried.guesses.map(({ category, score }) => (
              <li key={category} className="grid grid-cols-[minmax(0,12rem)_minmax(0,1fr)_3rem] items-center gap-3">
                <span className="truncate">{name(category)}</span>
                <span className="h-2 rounded-full bg-line" aria-hidden>
                  <span className={`block h-2 rounded-full ${score >= tried.floor ? 'bg-accent-fill' : 'bg-strong'}`} style={{ width: percent(score) }} />
                </span>
                <span className="text-end text-xs text-mute tabular-nums">{percent(score)}</span>
              </li>
            ))}
          </ol>
          {tried.guesses.length > 0 && <p className="text-xs text-mute">How likely each is right. From {percent(tried.floor)} on it is taken.</p>}
        </div>
      )}
    </section>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Refusal } from '../ui/Notice';
import type { Added } from './api';
import { examplesOf, piecesOf, type Labelled } from './csv';

interface Read {
  name: string;
  rows: Labelled[];
  fault: string | null;
}

const none: Added = { added: 0, known: 0, categories: 0 };

/** Adds examples from a file. */
export function ImportDialog({ close }: { close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const id = useId();
  const [read, setRead] = useState<Read | null>(null);
  const send = useMutation({
    mutationFn: async (rows: Labelled[]) => {
      let sum = none;
      for (const examples of piecesOf(rows)) {
        const one = await api.post<Added>('/api/ticket-categories/import', { examples });
        sum = { added: sum.added + one.added, known: sum.known + one.known, categories: sum.categories + one.categories };
      }
      return sum;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['ticket-categories'] }),
  });
  const choose = async (file: File | undefined) => {
    send.reset();
    if (!file) return setRead(null);
    try {
      setRead({ name: file.name, rows: examplesOf(await file.text()), fault: null });
    } catch (error) {
      setRead({ name: file.name, rows: [], fault: error instanceof Error ? error.message : 'It cannot be read.' });
    }
  };
  const categories = new Set(read?.rows.map(({ category }) => category.toLowerCase())).size;
  return (
    <Dialog title="Import examples" lead="A CSV file whose first row is text,category. Categories that are not there are made." close={close}>
      <div>
        <label htmlFor={id} className="mb-1.5 block font-medium">
          File
        </label>
        <input
          id={id}
          type="file"
          accept=".csv,text/csv"
          onChange={({ target }) => void choose(target.files?.[0])}
          className="block w-full text-sm file:me-3 file:h-9 file:rounded-lg file:border file:border-line file:bg-panel file:px-3 file:font-medium file:text-ink"
        />
        <p role="status" className={`mt-2 text-xs ${read?.fault ? 'text-bad' : 'text-mute'}`}>
          {read && (read.fault ?? `${read.rows.length} examples of ${categories} ${categories === 1 ? 'category' : 'categories'}.`)}
        </p>
      </div>
      {send.data && (
        <p role="status">
          {send.data.added} added{send.data.known > 0 && `, ${send.data.known} were examples already`}
          {send.data.categories > 0 && `, ${send.data.categories} new categories`}. They are learned within moments.
        </p>
      )}
      <Refusal error={send.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={close}>{send.data ? 'Done' : 'Cancel'}</Button>
        {!send.data && (
          <Button look="primary" disabled={!read || read.rows.length === 0 || send.isPending} onClick={() => send.mutate(read?.rows ?? [])}>
            {send.isPending ? 'Importing' : 'Import'}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

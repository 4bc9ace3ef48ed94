import { useMutation } from '@tanstack/react-query';
import { Download as Arrow } from 'lucide-react';
import { useApi } from '../api/client';
import { Button } from '../ui/Button';
import { Refusal } from '../ui/Notice';
import type { Days } from './range';
import { save } from './save';

/** Where something is a table, and what its file is called. */
export interface Table {
  name: string;
  path: string;
  /** What it is of, where a page has several. */
  of?: string;
}

/** Gives a table as a file. */
export function Download({ table, days }: { table: Table; days: Days }) {
  const api = useApi();
  const download = useMutation({
    mutationFn: async () => save(`${table.name}-${days.from}-${days.to}.csv`, await api.text(table.path, 'text/csv')),
  });
  return (
    <>
      <Button onClick={() => download.mutate()} disabled={download.isPending} aria-label={table.of && `CSV of ${table.of}`} className="ms-auto">
        <Arrow className="size-4 text-mute" aria-hidden /> CSV
      </Button>
      {download.error && (
        <div className="w-full">
          <Refusal error={download.error} />
        </div>
      )}
    </>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/client';
import { Button } from '../../../ui/Button';
import { Choice } from '../../../ui/Choice';
import { Dialog } from '../../../ui/Dialog';
import { Refusal } from '../../../ui/Notice';
import { end, type Arm, type Experiment } from './api';

const CHOICES = [
  { value: 'a', label: 'Keep A' },
  { value: 'b', label: 'Use B' },
  { value: '', label: 'Only end' },
] as const;

const MEANS: Record<Arm | '', string> = {
  a: 'The space stays as it is set. That A was chosen is noted with the test.',
  b: 'The space answers as B did from the next question on. That is a new version, so nothing is lost.',
  '': 'The space stays as it is set, and nothing is noted as chosen.',
};

/** Ends a test, and says what is to be from then on. */
export function EndDialog({ experiment, close }: { experiment: Experiment; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [use, setUse] = useState<Arm | ''>('a');
  const ending = useMutation({ mutationFn: () => end(api, queries, experiment, use || null), onSuccess: close });
  return (
    <Dialog title={`End “${experiment.name}”?`} lead="All conversations are answered in the same way from then on. The results are kept." close={close}>
      <Choice label="From then on" value={use} options={CHOICES} change={setUse} hint={MEANS[use]} />
      <Refusal error={ending.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button look="primary" disabled={ending.isPending} onClick={() => ending.mutate()}>
          End the test
        </Button>
      </div>
    </Dialog>
  );
}

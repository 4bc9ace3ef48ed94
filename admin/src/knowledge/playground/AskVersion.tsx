import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { useSpace } from '../../spaces/api';
import { AnswersOtherwise, VersionField } from '../../spaces/settings/experiments/VersionField';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Switch } from '../../ui/Inputs';
import { Refusal } from '../../ui/Notice';

/** Asks all golden questions as if the space answered as it did in an earlier version. */
export function AskVersion({ close }: { close: () => void }) {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [version, setVersion] = useState<number | null>(null);
  const [answers, setAnswers] = useState(false);
  const ask = useMutation({
    mutationFn: () => api.post(`/api/chat-spaces/${space.id}/golden-runs`, { answers, version }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['golden-runs', space.id] });
      close();
    },
  });
  return (
    <Dialog title="Ask by the settings of another version" lead="Nothing changes for visitors. Compare the run with another to see what got better and what got worse." close={close} wide>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (version !== null) ask.mutate();
        }}
      >
        <VersionField label="Version" hint="Its model, voice and what it reads are used; the knowledge is that of now." value={version} change={setVersion} />
        {version !== null && <AnswersOtherwise version={version} />}
        <Switch label="With answers" hint="They cost what answers cost. Without, only what is found is compared." checked={answers} onChange={({ target }) => setAnswers(target.checked)} />
        <Refusal error={ask.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={version === null || ask.isPending}>
            Ask them all
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

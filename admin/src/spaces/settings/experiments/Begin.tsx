import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/client';
import { faultOf, otherThan } from '../../../api/problem';
import { Button } from '../../../ui/Button';
import { Field } from '../../../ui/Field';
import { Refusal } from '../../../ui/Notice';
import { NumberField } from '../../../ui/NumberField';
import { Section } from '../../../ui/Section';
import { useSpace } from '../../api';
import { differencesQuery } from '../queries';
import { start } from './api';
import { AnswersOtherwise, ofAnswers, VersionField } from './VersionField';

const HALF = 50;

/** Chooses the other version and how many meet it, and begins. */
export function Begin() {
  const [api, queries, space] = [useApi(), useQueryClient(), useSpace()];
  const [version, setVersion] = useState<number | null>(null);
  const [share, setShare] = useState<number | null>(HALF);
  const [name, setName] = useState('');
  const compared = useQuery({ ...differencesQuery(api, space, space.version, version ?? 0), enabled: version !== null });
  const otherwise = version !== null && compared.data !== undefined && ofAnswers(compared.data).length > 0;
  const begin = useMutation({ mutationFn: (chosen: { version: number; share_b: number }) => start(api, queries, space, { ...chosen, name }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (otherwise && share !== null) begin.mutate({ version, share_b: share });
      }}
    >
      <Section title="Start a test" lead="A is the space as it is set now. B is how another version answered: its model, voice and what it reads. All else is the same for both.">
        <VersionField label="Version for B" hint="Save the answers you want to try, then set them back: each save is a version." value={version} change={setVersion} />
        {version !== null && <AnswersOtherwise version={version} />}
        <NumberField
          label="Share of B"
          value={share}
          change={setShare}
          min={1}
          max={99}
          step={1}
          hint="Percent of the conversations, 1 to 99. A conversation stays with its version for the whole test."
          fault={faultOf(begin.error, 'share_b')}
        />
        <Field label="Name" value={name} onChange={({ target }) => setName(target.value)} maxLength={100} placeholder="Shorter answers" hint="Optional." fault={faultOf(begin.error, 'name')} />
        <Refusal error={otherThan(begin.error, ['share_b', 'name'])} />
        <Button type="submit" look="primary" disabled={!otherwise || share === null || begin.isPending}>
          Start the test
        </Button>
      </Section>
    </form>
  );
}

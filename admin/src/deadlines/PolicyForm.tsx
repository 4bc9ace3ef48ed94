import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/client';
import { faultOf, otherThan } from '../api/problem';
import { categoriesQuery } from '../categories/api';
import { spacesQuery } from '../spaces/api';
import { HoursEditor } from '../spaces/settings/hours/HoursEditor';
import { usualHours } from '../spaces/settings/hours/hours';
import { teamsQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { ListField } from '../ui/ListField';
import { Refusal } from '../ui/Notice';
import { KINDS, POLICIES, PRIORITIES, type Conditions, type Policy, type PolicyWords, type WhoseHours } from './api';
import { Pills } from './Pills';
import { dayOf } from './span';
import { TargetTable } from './TargetTable';

const HOURS: readonly { value: WhoseHours; label: string }[] = [
  { value: 'space', label: 'Hours of the space' },
  { value: 'calendar', label: 'Day and night' },
  { value: 'own', label: 'Own hours' },
];

/** Common in support, to begin with. */
const NEW: PolicyWords = {
  name: '',
  conditions: { spaces: [], teams: [], categories: [], plans: [] },
  targets: {
    urgent: { first_response: 30, resolution: 4 * 60 },
    high: { first_response: 60, resolution: 8 * 60 },
    normal: { first_response: 4 * 60, resolution: 16 * 60 },
    low: { first_response: 8 * 60, resolution: 40 * 60 },
  },
  hours: 'space',
  own_hours: null,
};

/** Makes a policy, or changes one. */
export function PolicyForm({ policy, close }: { policy: Policy | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: spaces } = useQuery(spacesQuery(api));
  const { data: teams } = useQuery(teamsQuery(api));
  const { data: categories } = useQuery(categoriesQuery(api));
  const [words, setWords] = useState<PolicyWords>(() => (policy ? worded(policy) : NEW));
  const [broken, setBroken] = useState(false);
  const put = useMutation({
    mutationFn: () => (policy ? api.put(`${POLICIES}/${policy.id}`, words) : api.post(POLICIES, words)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['sla-policies'] });
      close();
    },
  });
  const change = (some: Partial<PolicyWords>) => setWords({ ...words, ...some });
  const choose = (some: Partial<Conditions>) => change({ conditions: { ...words.conditions, ...some } });
  const fault = (field: string) => faultOf(put.error, field);
  const none = PRIORITIES.every((priority) => KINDS.every((kind) => words.targets[priority][kind] === null));
  return (
    <Dialog wide title={policy ? `Change ${policy.name}` : 'New policy'} close={close}>
      <form
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <Field
          label="Name"
          required
          maxLength={60}
          value={words.name}
          placeholder="Standard"
          fault={fault('name')}
          onChange={({ target }) => change({ name: target.value })}
        />
        <fieldset className="space-y-3">
          <legend className="mb-2 font-medium">For which tickets</legend>
          <Pills label="Space" any="Any space" options={spaces} chosen={words.conditions.spaces} change={(chosen) => choose({ spaces: chosen })} fault={fault('conditions.spaces')} />
          <Pills label="Team" any="Any team" options={teams} chosen={words.conditions.teams} change={(chosen) => choose({ teams: chosen })} fault={fault('conditions.teams')} />
          <Pills label="Category" any="Any category" options={categories} chosen={words.conditions.categories} change={(chosen) => choose({ categories: chosen })} fault={fault('conditions.categories')} />
          <ListField
            label="Plan of the customer"
            one="plan"
            placeholder="Any plan"
            hint="What the attribute plan of a contact says, such as enterprise."
            items={words.conditions.plans}
            most={20}
            maxLength={60}
            fault={fault('conditions.plans')}
            change={(plans) => choose({ plans })}
          />
        </fieldset>
        <Choice
          label="Which time counts"
          value={words.hours}
          options={HOURS}
          hint={words.hours === 'space' ? 'Where a space has no hours set, all time counts.' : undefined}
          change={(hours) => change({ hours, own_hours: hours === 'own' ? (words.own_hours ?? usualHours()) : null })}
        />
        {words.own_hours && <HoursEditor hours={words.own_hours} change={(own_hours) => change({ own_hours })} fault={(field) => fault(`own_hours.${field}`)} />}
        <div>
          <p className="font-medium">Targets</p>
          <p className="mt-0.5 mb-2 text-xs text-mute">
            Write 30m, 4h or 2d. {words.hours === 'calendar' ? 'A day is 24 hours.' : 'A day is 8 hours of work.'} Left empty, nothing is promised.
          </p>
          {/* A day is another one then: what is typed is read anew. */}
          <TargetTable
            key={dayOf(words.hours)}
            targets={words.targets}
            day={dayOf(words.hours)}
            change={(targets) => change({ targets })}
            broken={setBroken}
            fault={fault}
          />
        </div>
        <Refusal error={otherThan(put.error, ['name', 'conditions', 'own_hours', ...PRIORITIES.map((priority) => `targets.${priority}`)])} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={put.isPending || broken || none}>
            {policy ? 'Save the policy' : 'Add the policy'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const worded = ({ name, conditions, targets, hours, own_hours }: Policy): PolicyWords => ({ name, conditions, targets, hours, own_hours });

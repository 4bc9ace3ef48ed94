import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useApi } from '../api/client';
import { may } from '../app/permission';
import { categoriesQuery } from '../categories/api';
import { spacesQuery } from '../spaces/api';
import { membersQuery, teamsQuery } from '../team/api';
import { PRIORITIES, type Priority } from '../tickets/api';
import { priorityLabel } from '../tickets/words';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select, Switch } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import type { Conditions, Feeling, Rule, RuleWords, When } from './api';

const NEW: RuleWords = { name: '', enabled: true, conditions: {}, team: null, agent: null, priority: null, tags: [] };
const FEELINGS = [
  { value: 'angry', label: 'Angry' },
  { value: 'urgent', label: 'Urgent' },
] as const;
const HOURS = [
  { value: '', label: 'Any time' },
  { value: 'within', label: 'Within hours' },
  { value: 'outside', label: 'Outside hours' },
] as const;

const listed = (text: string) => text.split(',').map((word) => word.trim()).filter((word) => word !== '');

/** Makes a rule, or changes one. */
export function RuleForm({ rule, close }: { rule: Rule | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: categories = [] } = useQuery(categoriesQuery(api));
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const { data: teams = [] } = useQuery(teamsQuery(api));
  const { data: members = [] } = useQuery(membersQuery(api));
  const [words, setWords] = useState<RuleWords>(() => (rule ? worded(rule) : NEW));
  const [typed, setTyped] = useState(() => ({
    languages: (words.conditions.languages ?? []).join(', '),
    plans: (words.conditions.plans ?? []).join(', '),
    tags: words.tags.join(', '),
  }));
  const change = (some: Partial<RuleWords>) => setWords({ ...words, ...some });
  const ask = (some: Partial<Conditions>) => change({ conditions: { ...words.conditions, ...some } });
  const put = useMutation({
    mutationFn: () => {
      const { hours, ...conditions } = words.conditions;
      const asked = { ...conditions, languages: listed(typed.languages), plans: listed(typed.plans), ...(hours && { hours }) };
      const body = { ...words, conditions: asked, tags: listed(typed.tags) };
      return rule ? api.put(`/api/routing-rules/${rule.id}`, body) : api.post('/api/routing-rules', body);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['routing-rules'] });
      close();
    },
  });
  return (
    <Dialog wide title={rule ? `Change ${rule.name}` : 'New rule'} close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <Field label="Name" required maxLength={80} value={words.name} placeholder="Angry customers first" onChange={({ target }) => change({ name: target.value })} />
        <Switch label="On" hint="A rule that is off is passed over." checked={words.enabled} onChange={({ target }) => change({ enabled: target.checked })} />
        <section aria-label="Conditions" className="space-y-4 border-t border-line pt-4">
          <h3 className="font-medium">If all of this holds</h3>
          {categories.length > 0 && <Checks label="Category" options={categories.map(named)} chosen={words.conditions.categories ?? []} change={(chosen) => ask({ categories: chosen })} />}
          {spaces.length > 1 && <Checks label="Space" options={spaces.map(named)} chosen={words.conditions.spaces ?? []} change={(chosen) => ask({ spaces: chosen })} />}
          <div className="grid gap-4 sm:grid-cols-2">
            <Checks label="Mood" options={FEELINGS} chosen={words.conditions.moods ?? []} change={(chosen) => ask({ moods: chosen as Feeling[] })} />
            <Checks
              label="Priority"
              options={PRIORITIES.map((value) => ({ value, label: priorityLabel(value) }))}
              chosen={words.conditions.priorities ?? []}
              change={(chosen) => ask({ priorities: chosen as Priority[] })}
            />
            <Field label="Language" value={typed.languages} placeholder="de, pt-BR" hint="Codes, with commas between them." onChange={({ target }) => setTyped({ ...typed, languages: target.value })} />
            <Field label="Plan" value={typed.plans} placeholder="pro, enterprise" hint="The contact’s attribute plan." onChange={({ target }) => setTyped({ ...typed, plans: target.value })} />
          </div>
          <Choice label="Hours of the space" value={words.conditions.hours ?? ''} options={HOURS} change={(hours: When | '') => setWords({ ...words, conditions: withHours(words.conditions, hours) })} />
        </section>
        <section aria-label="What it gives" className="space-y-4 border-t border-line pt-4">
          <h3 className="font-medium">Then</h3>
          <div className="grid gap-4 sm:grid-cols-2">
            <Select label="Team" value={words.team ?? ''} hint="Whoever of it is there and has least to do is given the ticket." onChange={({ target }) => change({ team: target.value || null })}>
              <option value="">No team</option>
              {teams.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
            <Select label="Agent" value={words.agent ?? ''} hint="Rather than somebody of the team." onChange={({ target }) => change({ agent: target.value || null })}>
              <option value="">Nobody in particular</option>
              {members
                .filter(({ role }) => may(role, 'tickets:write'))
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
            </Select>
            <Select label="Set the priority" value={words.priority ?? ''} onChange={({ target }) => change({ priority: (target.value || null) as Priority | null })}>
              <option value="">As it is</option>
              {PRIORITIES.map((priority) => (
                <option key={priority} value={priority}>
                  {priorityLabel(priority)}
                </option>
              ))}
            </Select>
            <Field label="Add tags" value={typed.tags} placeholder="vip, delivery" hint="With commas between them." onChange={({ target }) => setTyped({ ...typed, tags: target.value })} />
          </div>
        </section>
        <Refusal error={put.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={put.isPending}>
            {rule ? 'Save the rule' : 'Add the rule'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });

const worded = ({ name, enabled, conditions, team, agent, priority, tags }: Rule): RuleWords => ({ name, enabled, conditions, team, agent, priority, tags });

function withHours(conditions: Conditions, hours: When | ''): Conditions {
  const asked = { ...conditions };
  if (hours) asked.hours = hours;
  else delete asked.hours;
  return asked;
}

interface ChecksProps {
  label: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  change: (chosen: string[]) => void;
}

/** Any of a few; none of them asks for nothing. */
function Checks({ label, options, chosen, change }: ChecksProps) {
  const id = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="flex max-h-32 flex-wrap gap-1.5 overflow-y-auto">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex h-8 cursor-pointer items-center rounded-full border border-line px-3 text-xs font-medium text-mute outline-accent hover:border-strong hover:text-ink has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2"
          >
            <input
              type="checkbox"
              name={id}
              className="sr-only"
              checked={chosen.includes(option.value)}
              onChange={({ target }) => change(target.checked ? [...chosen, option.value] : chosen.filter((one) => one !== option.value))}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

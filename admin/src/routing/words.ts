import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { categoriesQuery } from '../categories/api';
import { spacesQuery } from '../spaces/api';
import { membersQuery, teamsQuery } from '../team/api';
import { priorityLabel } from '../tickets/words';
import type { Condition, Conditions, Rule } from './api';

/** What ids stand for. */
export type Names = ReadonlyMap<string, string>;

const WORDS: Record<string, string> = { angry: 'angry', urgent: 'urgent', within: 'within hours', outside: 'outside hours' };
const LABELS: Record<Condition, string> = { category: 'category', language: 'language', mood: 'mood', plan: 'plan', priority: 'priority', space: 'space', hours: 'hours' };

export const conditionLabel = (condition: Condition) => LABELS[condition];

/** The names of everything that a rule may name. */
export function useNames(): Names {
  const api = useApi();
  const { data: categories = [] } = useQuery(categoriesQuery(api));
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const { data: teams = [] } = useQuery(teamsQuery(api));
  const { data: members = [] } = useQuery(membersQuery(api));
  return new Map([...categories, ...spaces, ...teams, ...members].map(({ id, name }) => [id, name]));
}

export const valueInWords = (value: string, names: Names) => names.get(value) ?? WORDS[value] ?? value;

/** What a rule asks for, as a sentence: "If the category is Billing and the plan is pro or team". */
export function conditionsInWords(conditions: Conditions, names: Names): string {
  const either = (values: readonly string[]) => values.map((value) => valueInWords(value, names)).join(' or ');
  const asked = [
    conditions.categories?.length && `the category is ${either(conditions.categories)}`,
    conditions.languages?.length && `the language is ${either(conditions.languages)}`,
    conditions.moods?.length && `the customer is ${either(conditions.moods)}`,
    conditions.plans?.length && `the plan is ${either(conditions.plans)}`,
    conditions.priorities?.length && `the priority is ${conditions.priorities.map((one) => priorityLabel(one).toLowerCase()).join(' or ')}`,
    conditions.spaces?.length && `the space is ${either(conditions.spaces)}`,
    conditions.hours && `it is ${valueInWords(conditions.hours, names)}`,
  ].filter((part) => typeof part === 'string');
  return asked.length === 0 ? 'Every ticket' : `If ${asked.join(' and ')}`;
}

/** What a rule gives, as "team Billing, priority high, tags vip". */
export function givenInWords({ team, agent, priority, tags }: Pick<Rule, 'team' | 'agent' | 'priority' | 'tags'>, names: Names): string {
  const parts = [
    agent && `agent ${names.get(agent) ?? 'a former member'}`,
    team && `team ${names.get(team) ?? 'a deleted team'}`,
    priority && `priority ${priorityLabel(priority).toLowerCase()}`,
    tags.length > 0 && `${tags.length === 1 ? 'tag' : 'tags'} ${tags.join(', ')}`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? 'leave it as it is' : parts.join(', ');
}

import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Priority } from '../tickets/api';

export type Feeling = 'angry' | 'urgent';
export type When = 'within' | 'outside';

/** What must hold: something of every list that is there. Nothing holds for every ticket. */
export interface Conditions {
  categories?: string[];
  languages?: string[];
  moods?: Feeling[];
  plans?: string[];
  priorities?: Priority[];
  spaces?: string[];
  hours?: When;
}

/** Who is given a ticket. The first rule decides whose conditions all hold. */
export interface Rule {
  id: string;
  name: string;
  enabled: boolean;
  conditions: Conditions;
  team: string | null;
  agent: string | null;
  priority: Priority | null;
  tags: string[];
}

export type RuleWords = Omit<Rule, 'id'>;

export type Condition = 'category' | 'language' | 'mood' | 'plan' | 'priority' | 'space' | 'hours';

export interface RuleTried {
  rule: string;
  outcome: 'taken' | 'later' | 'missed' | 'off';
  why: { condition: Condition; value: string }[];
  missed: Condition | null;
}

export interface RoutingTried {
  category: string | null;
  score: number | null;
  moods: Feeling[];
  hours: When;
  rules: RuleTried[];
}

export const rulesQuery = (api: Api) =>
  queryOptions({
    queryKey: ['routing-rules'],
    queryFn: ({ signal }) => api.get<Page<Rule>>('/api/routing-rules', signal),
    select: ({ items }) => items,
    staleTime: 60_000,
  });

import type { Hours } from './hours/hours';

/** What an admin sets of a space, as the server tells it: with the defaults of what nobody has set. */
export interface SpaceSettings {
  bot_name: string;
  bot_avatar: string | null;
  greeting: string;
  placeholder: string;
  color: string;
  mode: string;
  position: string;
  suggested_questions: string[];
  prechat: string[];
  locale: string;
  identity: string;
  /** Whether visitors may attach files. */
  attachments: boolean;
  /** Whether the widget names Parlance; a plan without white label always does. */
  branding: boolean;
  ai: {
    models: string[];
    temperature: number | null;
    max_tokens: number;
    tone: string;
    instructions: string;
    guardrails: string[];
    top_k: number;
    floor: number | null;
    history_tokens: number;
    cache: boolean;
  };
  tickets: { on_handoff: boolean; by_mail: boolean };
  csat: { by_mail: boolean; after_hours: number };
  handoff: {
    after_abstentions: number;
    on_failure: boolean;
    on_limit: boolean;
    by_model: boolean;
    on_sentiment: boolean;
    on_urgency: 'never' | 'safety' | 'any';
    sentiment_by_model: boolean;
    message: string | null;
    away_message: string | null;
  };
  queue: {
    assign: 'off' | 'round_robin' | 'least_loaded';
    per_agent: number;
    /** Minutes by which those are answered earlier whose attribute `plan` says so. */
    plans: { plan: string; minutes: number }[];
  };
  /** Null is always. */
  hours: Hours | null;
  knowledge: {
    passage_tokens: number;
    overlap_tokens: number;
    golden_answers: boolean;
  };
}

import type { CannedReply } from '../canned/api';
import type { Space } from '../spaces/api';
import type { SpaceSettings } from '../spaces/settings/settings';
import { granted, json } from './server';

export const settings: SpaceSettings = {
  bot_name: 'Robi',
  bot_avatar: null,
  greeting: 'Hi!',
  placeholder: 'Ask',
  color: '#0b6e66',
  mode: 'auto',
  position: 'right',
  suggested_questions: ['How long is the warranty?'],
  prechat: [],
  locale: 'en',
  identity: 'optional',
  attachments: true,
  branding: true,
  ai: {
    models: ['openai/gpt-4.1-mini', 'extractive'],
    temperature: 0.2,
    max_tokens: 800,
    tone: 'friendly',
    instructions: '',
    guardrails: [],
    top_k: 6,
    floor: null,
    history_tokens: 1500,
    cache: true,
  },
  handoff: { after_abstentions: 2, on_failure: true, on_limit: true, by_model: true, on_sentiment: true, on_urgency: 'safety', sentiment_by_model: false, message: null, away_message: null },
  tickets: { on_handoff: false, by_mail: false },
  csat: { by_mail: false, after_hours: 24 },
  queue: { assign: 'off', per_agent: 5, plans: [] },
  hours: null,
  knowledge: { passage_tokens: 250, overlap_tokens: 60, golden_answers: false },
};

/** A published space, but for what is given. */
export function space(given: Partial<Space> = {}): Space {
  return {
    id: 's1',
    slug: 'acme',
    name: 'Acme Robotics',
    public_key: 'pk_1',
    old_key: null,
    published: true,
    archived_at: null,
    allowed_origins: [],
    version: 3,
    settings,
    created_at: '2026-03-01T12:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

/** What the console asks for at any page of a workspace with this one space. */
export function workspace(role = 'owner', one = space()) {
  return {
    'POST /api/auth/refresh': () => json(granted('t1', 900, role)),
    'GET /api/chat-spaces': () => json({ items: [one], next: null }),
    'GET /api/chat-spaces/s1/checks': () => json({ ready: true, items: [check('documents')] }),
    'GET /api/chat-spaces/s1/experiments': () => json({ items: [], next: null }),
    'POST /api/chat-spaces/s1/preview': () => json({ config: { theme: { mode: 'auto', color: one.settings.color, position: 'right' }, prechat: [], locale: 'en', availability: { open: true, opens_at: null, closes_at: null } } }),
    'GET /api/team/members': () => json({ items: [], next: null }),
    'GET /api/auth/me': () => json({ memberships: [] }),
  };
}

export const check = (code: string, advice: string | null = null, blocks = true) => ({ code, title: `The ${code}`, passed: advice === null, blocks, advice });

/** A reply of everybody's with no act, but for what is given. */
export function canned(shortcut: string, given: Partial<CannedReply> = {}): CannedReply {
  return {
    id: shortcut,
    shortcut,
    title: `Title of ${shortcut}`,
    text: `Text of ${shortcut}`,
    act: null,
    snooze_minutes: null,
    space: null,
    created_by: 'u1',
    updated_at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

import type { Conversation, Message, StatusChange } from '../inbox/api';

/** A visitor's message, but for what is given. */
export function message(seq: number, given: Partial<Message> = {}): Message {
  return {
    type: 'message',
    id: `m${seq}`,
    seq,
    author: { kind: 'visitor' },
    text: `message ${seq}`,
    state: 'complete',
    citations: [],
    grounding: null,
    claims: [],
    at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

/** An agent took over, but for what is given. */
export function status(seq: number, given: Partial<StatusChange> = {}): StatusChange {
  const ada = { kind: 'agent', id: 'u1', name: 'Ada' } as const;
  return { type: 'status', seq, status: 'human', by: ada, assignee: ada, reason: 'agent', at: '2026-03-01T12:00:00Z', ...given };
}

export function conversation(id: string, given: Partial<Conversation> = {}): Conversation {
  return {
    id,
    space: 's1',
    visitor: `v-${id}-00ab`,
    name: null,
    email: null,
    verified: false,
    contact: null,
    blocked: false,
    status: 'bot',
    assignee: null,
    reason: null,
    waiting_since: null,
    mood: null,
    urgency: null,
    snoozed_until: null,
    seq: 2,
    last: { by: 'visitor', name: null, text: `last of ${id}`, at: '2026-03-01T12:00:00Z' },
    ticket: null,
    locale: null,
    page: null,
    created_at: '2026-03-01T12:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

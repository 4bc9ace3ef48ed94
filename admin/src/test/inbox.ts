import type { Conversation, Message } from '../inbox/api';

/** A visitor's message, but for what is given. */
export function message(seq: number, given: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    author: { kind: 'visitor', id: null, name: null },
    text: `message ${seq}`,
    in_reply_to: null,
    state: 'complete',
    grounding: null,
    claims: null,
    model: null,
    cached: false,
    at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

export function conversation(id: string, given: Partial<Conversation> = {}): Conversation {
  return {
    id,
    space: 's1',
    visitor: `v-${id}-00ab`,
    status: 'bot',
    seq: 2,
    created_at: '2026-03-01T12:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
    ...given,
  };
}

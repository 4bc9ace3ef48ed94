import type { Contact } from '../contacts/api';

/** Somebody whom nobody vouches for, but for what is given. */
export function contact(id: string, given: Partial<Contact> = {}): Contact {
  return {
    id,
    external_id: null,
    name: `Name of ${id}`,
    email: `${id}@x.example`,
    avatar: null,
    attributes: {},
    verified_at: null,
    blocked_at: null,
    created_at: '2026-03-01T12:00:00Z',
    last_seen_at: '2026-03-01T12:00:00Z',
    conversations: 1,
    vouched: { name: false, email: false },
    edited: { name: `Name of ${id}`, email: `${id}@x.example`, attributes: {} },
    blocked_reason: null,
    spaces: [{ id: 's1', name: 'Acme Robotics', browsers: 1 }],
    browsers: 1,
    ...given,
  };
}

import type { TicketDetail, TicketEvent } from '../tickets/api';

/** An open ticket without a conversation, but for what is given. */
export function ticket(number: number, given: Partial<TicketDetail> = {}): TicketDetail {
  return {
    id: `t${number}`,
    number,
    space: 's1',
    conversation: null,
    contact: null,
    subject: `Subject of ${number}`,
    status: 'open',
    priority: 'normal',
    category: null,
    category_by: null,
    category_score: null,
    team: null,
    assignee: null,
    tags: [],
    via: 'agent',
    requester_name: 'Ann Nowak',
    requester_email: 'ann@x.example',
    locale: null,
    first_responded_at: null,
    resolved_at: null,
    version: 1,
    created_at: '2026-03-01T12:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
    watchers: [],
    links: [],
    ...given,
  };
}

/** What Ada did to a ticket. */
export function ticketEvent(of: number, seq: number, kind: TicketEvent['kind'], body: Record<string, unknown> = {}): TicketEvent {
  return { ticket: of, seq, kind, body, author: { kind: 'user', id: 'u1', name: 'Ada' }, at: '2026-03-01T12:00:00Z' };
}

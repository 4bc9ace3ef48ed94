import { describe, expect, it } from 'vitest';
import { conversation } from '../test/inbox';
import { callFor } from './calling';

const at = (second: number) => `2026-03-01T12:00:${String(second).padStart(2, '0')}Z`;
const me = { id: 'u1', name: 'Ada' };
const bot = conversation('c1', { status: 'bot' });
const waits = conversation('c1', { status: 'waiting', waiting_since: at(1), updated_at: at(1) });
const mine = conversation('c1', { status: 'human', assignee: me });
const given = { ...mine, reason: 'assigned', waiting_since: at(1), updated_at: at(30) };
const wrote = (second: number) => ({ ...mine, last: { by: 'visitor' as const, name: null, text: 'still\n there?', at: at(second) }, updated_at: at(second) });
const titled = (before: Parameters<typeof callFor>[0], now: Parameters<typeof callFor>[1]) => callFor(before, now, 'u1', 'Mara')?.title ?? null;

describe('a call', () => {
  it.each([
    ['begins to wait', bot, waits, 'Mara waits for a person'],
    ['goes on waiting', waits, { ...waits, seq: 9 }, null],
    ['is new, and waits', undefined, waits, 'Mara waits for a person'],
    ['was not known, and has waited long', undefined, { ...waits, updated_at: at(40) }, null],
    ['is given back by this agent', mine, waits, null],
    ['is given back by another', { ...mine, assignee: { id: 'u2', name: 'Ben' } }, waits, 'Mara waits for a person'],
    ['is this agent’s, and the visitor writes', mine, wrote(7), 'Mara wrote'],
    ['is told twice', wrote(7), wrote(7), null],
    ['is taken over', { ...wrote(7), status: 'waiting', assignee: null } as const, wrote(7), null],
    ['is assigned to this agent', waits, given, 'Mara was assigned to you'],
    ['is assigned, and was not known', undefined, given, 'Mara was assigned to you'],
    ['is assigned to another', waits, { ...given, assignee: { id: 'u2', name: 'Ben' } }, null],
    ['was assigned before', given, { ...given, seq: 9 }, null],
    ['was assigned before, and the visitor writes', given, { ...wrote(7), reason: 'assigned' }, 'Mara wrote'],
    ['was assigned before, is not known, and this agent has written', undefined, { ...given, last: { by: 'agent', name: 'Ada', text: 'yes', at: at(30) } } as const, null],
    ['is another’s', mine, { ...wrote(7), assignee: { id: 'u2', name: 'Ben' } }, null],
    ['is answered by this agent', wrote(7), { ...mine, last: { by: 'agent', name: 'Ada', text: 'yes', at: at(9) } } as const, null],
    ['is with the assistant', undefined, { ...wrote(7), status: 'bot' as const, assignee: null }, null],
  ])('where a conversation %s', (_, before, now, title) => expect(titled(before, now)).toBe(title));

  it('has the visitor’s words, on one line and not too many', () => {
    expect(callFor(mine, wrote(7), 'u1', 'Mara')?.text).toBe('still there?');
    const long = { ...wrote(7), last: { by: 'visitor' as const, name: null, text: 'x'.repeat(500), at: at(7) } };
    expect(callFor(mine, long, 'u1', 'Mara')?.text).toHaveLength(140);
  });
});

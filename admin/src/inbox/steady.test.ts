import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { conversation } from '../test/inbox';
import type { Conversation } from './api';
import { asTheyStood, orderOf, useSteady } from './steady';

const rowsOf = (...ids: string[]) => ids.map((id) => conversation(id));
const open = (...ids: string[]) => renderHook(({ rows, of }) => useSteady(rows, of), { initialProps: { rows: rowsOf(...ids), of: 'open' } });
const ids = ({ result }: ReturnType<typeof open>) => result.current.rows.map(({ id }: Conversation) => id).join('');

describe('the list under the pointer', () => {
  it('stays in its order, says what is new of each, and that the order has changed', () => {
    const list = open('a', 'b', 'c');
    act(() => list.result.current.hold());
    const now = [conversation('c', { status: 'waiting' }), ...rowsOf('new', 'a', 'b')];
    list.rerender({ rows: now, of: 'open' });
    expect(ids(list)).toBe('abc');
    expect(list.result.current.rows[2]?.status).toBe('waiting');
    expect(list.result.current.isBehind).toBe(true);
    act(() => list.result.current.hold());
    expect(ids(list)).toBe('cnewab');
    expect(list.result.current.isBehind).toBe(false);
  });

  it('follows again once the pointer has left', () => {
    const list = open('a', 'b');
    act(() => list.result.current.hold());
    list.rerender({ rows: rowsOf('b', 'a'), of: 'open' });
    act(() => list.result.current.letGo());
    expect(ids(list)).toBe('ba');
  });

  it('is not behind while only what a row says changes, or one goes', () => {
    const list = open('a', 'b', 'c');
    act(() => list.result.current.hold());
    list.rerender({ rows: [conversation('a', { status: 'waiting' }), ...rowsOf('c')], of: 'open' });
    expect(ids(list)).toBe('ac');
    expect(list.result.current.isBehind).toBe(false);
  });

  it('holds further pages where they came', () => {
    const list = open('a', 'b');
    act(() => list.result.current.hold());
    list.rerender({ rows: rowsOf('a', 'b', 'c', 'd'), of: 'open' });
    expect(ids(list)).toBe('abcd');
    list.rerender({ rows: rowsOf('d', 'a', 'b', 'c'), of: 'open' });
    expect(ids(list)).toBe('abcd');
    expect(list.result.current.isBehind).toBe(true);
  });

  it('is found again however much of it has moved or gone', () => {
    const was = rowsOf(...Array.from({ length: 300 }, (_, i) => `${i}`));
    for (const step of [1, 7, 89, 299]) {
      const now = was.filter((_, i) => i % 5 !== 0).sort((a, b) => ((Number(a.id) * step) % 300) - ((Number(b.id) * step) % 300));
      const left = was.filter((_, i) => i % 5 !== 0);
      expect(asTheyStood(now, orderOf(was))).toEqual(left);
    }
  });

  it('is another list in another view', () => {
    const list = open('a', 'b');
    act(() => list.result.current.hold());
    list.rerender({ rows: rowsOf('b', 'a'), of: 'mine' });
    expect(ids(list)).toBe('ba');
  });
});

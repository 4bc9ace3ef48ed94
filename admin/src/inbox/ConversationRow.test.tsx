import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { conversation } from '../test/inbox';
import { openConsole } from '../test/open';
import { granted, json, serve } from '../test/server';
import type { Conversation } from './api';

beforeEach(() => void vi.spyOn(window, 'scrollTo').mockReturnValue());

async function rowOf(given: Partial<Conversation>) {
  serve({
    'POST /api/auth/refresh': () => json(granted('t1')),
    'GET /api/chat-spaces': () => json({ items: [], next: null }),
    'GET /api/conversations': () => json({ items: [conversation('c1', { name: 'Mara', ...given })], next: null }),
  });
  await openConsole('/app/inbox');
  return within(await screen.findByRole('link', { name: /Mara/ }));
}

describe('a line of the inbox', () => {
  it('says why a person is asked for', async () => {
    const row = await rowOf({ status: 'waiting', reason: 'upstream', waiting_since: '2026-03-01T12:00:00Z' });
    expect(row.getByText(/^Waiting/)).toBeVisible();
    expect(row.getByText('The model could not be reached')).toBeVisible();
  });

  it('says nothing of the kind while nobody is asked for', async () => {
    const row = await rowOf({});
    expect(row.queryByText('A person is asked for')).toBeNull();
    expect(row.getByText('Assistant')).toBeVisible();
  });
});

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

  it('says why it comes before others, the gravest reason first', async () => {
    const since = '2026-03-01T12:00:00Z';
    const words = [{ text: 'scam', kind: 'angry' }];
    const mood = { valence: -0.7, anger: 0.9, angry: true, urgency: 'money' as const, trend: 'worse' as const, recent: [0, -0.7], words };
    const reasons = [{ kind: 'angry' }, { kind: 'urgent', urgency: 'money' }, { kind: 'waiting', since }] as const;
    const row = await rowOf({ status: 'waiting', reason: 'sentiment', waiting_since: since, mood, urgency: { answer_by: since, reasons: [...reasons] } });
    expect(row.getByText('Angry')).toBeVisible();
    expect(row.getByTitle('Angry, Money is at stake, “scam”')).toBeVisible();
    expect(row.getByText(/^Waiting/)).toBeVisible();
    expect(row.queryByText('Mara is upset')).toBeNull();
  });

  it('tells a deadline that is near from one that is over', async () => {
    const late = await rowOf({ urgency: { answer_by: '2026-03-01T12:00:00Z', reasons: [{ kind: 'deadline', at: '2026-03-01T12:00:00Z' }] } });
    expect(late.getByText('SLA missed')).toBeVisible();
  });

  it('says that a deadline is near', async () => {
    const near = await rowOf({ urgency: { answer_by: '2099-03-01T12:00:00Z', reasons: [{ kind: 'deadline', at: '2099-03-01T12:00:00Z' }] } });
    expect(near.getByText('SLA at risk')).toBeVisible();
  });

  it('shows what was said last, without its marks', async () => {
    const said = await rowOf({ last: { by: 'assistant', name: null, at: '2026-03-01T12:00:00Z', text: 'Up to **30 days** [S1].' } });
    expect(said.getByText('Assistant: Up to 30 days.')).toBeVisible();
  });

  it('shows that an answer was stopped before its first word', async () => {
    const row = await rowOf({ last: { by: 'assistant', name: null, at: '2026-03-01T12:00:00Z', text: '' } });
    expect(row.getByText('Assistant: stopped')).toBeVisible();
  });

  it('says nothing of the kind while nobody is asked for', async () => {
    const row = await rowOf({});
    expect(row.queryByText('A person is asked for')).toBeNull();
    expect(row.getByText('Assistant')).toBeVisible();
  });
});

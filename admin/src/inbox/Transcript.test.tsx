import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { message, status } from '../test/inbox';
import type { Logged } from './api';
import type { TalkState } from './talk';
import { Transcript } from './Transcript';

const nothing: TalkState = { phase: 'ready', log: [], notes: [], mailed: {}, rating: null, moods: {}, answer: null, typing: [], pending: [], drafts: [], seen: 0, hasMore: false };
const shown = (log: Logged[], visitor = 'V', more: Partial<TalkState> = {}) =>
  render(<Transcript state={{ ...nothing, log, ...more }} visitor={visitor} more={async () => undefined} undo={() => undefined} />);

describe('a transcript', () => {
  it('says who said what', () => {
    const messages = [
      message(1, { text: 'where is my order?' }),
      message(2, { author: { kind: 'assistant', name: 'Robo' }, text: 'On its way [S1].', grounding: 0.93, model: 'large-1' }),
      message(3, { author: { kind: 'agent', id: 'a1', name: null }, text: 'Anything else?' }),
    ];
    shown(messages, 'Visitor 4F2A');
    const [asked, answered, joined] = screen.getAllByRole('article');
    expect(asked).toHaveTextContent(/^Visitor 4F2A.*where is my order\?$/);
    expect(answered).toHaveTextContent(/^Robo.*On its way\. source \[1\].*large-1$/);
    expect(joined).toHaveTextContent(/^Agent.*Anything else\?$/);
    expect(within(answered as HTMLElement).getByRole('meter')).toHaveAttribute('aria-valuenow', '93');
    expect(within(joined as HTMLElement).queryByRole('meter')).toBeNull();
  });

  it('tells what was answered before', () => {
    const author = { kind: 'assistant', name: 'Robo' } as const;
    const answer = { author, text: 'On its way.', model: 'large-1' };
    shown([message(1, answer), message(2, { ...answer, cached: true })]);
    const [fresh, again] = screen.getAllByRole('article');
    expect(fresh).toHaveTextContent(/large-1$/);
    expect(again).toHaveTextContent(/large-1\s*cached$/);
  });

  it('has the rating where it was given, once what was before it is there', async () => {
    const log = [message(1, { at: '2026-03-01T12:00:00Z' }), message(2, { at: '2026-03-01T14:00:00Z' })];
    const rating = { type: 'rated', score: 4, comment: 'Quick', via: 'widget', at: '2026-03-01T13:00:00Z' } as const;
    const { container, unmount } = shown(log, 'Vera', { rating });
    expect(await screen.findByRole('img', { name: '4 of 5 stars' })).toBeVisible();
    expect(container).toHaveTextContent(/message 1.*Vera rated the conversation.*“Quick”.*message 2/);
    unmount();
    shown(log, 'Vera', { rating: { ...rating, at: '2026-03-01T11:00:00Z' }, hasMore: true });
    expect(screen.queryByText(/rated the conversation/)).toBeNull();
  });

  it('tells answers that did not end well', () => {
    const author = { kind: 'assistant', name: null } as const;
    shown([message(1, { author, state: 'interrupted' }), message(2, { author, state: 'failed', text: '' })]);
    const [stopped, failed] = screen.getAllByRole('article');
    expect(stopped).toHaveTextContent('Interrupted');
    expect(failed).toHaveTextContent('No text');
    expect(failed).toHaveTextContent('Failed before the end');
  });

  it('shows what a visitor typed as it is', () => {
    const { container } = shown([message(1, { text: '**not bold** <b>x</b> [S1]' })]);
    expect(screen.getByText('**not bold** <b>x</b> [S1]')).toBeVisible();
    expect(container.querySelector('strong, b')).toBeNull();
  });

  it('says what came and went by e-mail', () => {
    const mailed = { m1: new Date(2026, 2, 1, 14, 3).toISOString() };
    const stranger = message(3, { via: 'email', sender: 'eve@evil.example' });
    shown([message(1, { author: { kind: 'agent', id: 'a1', name: 'Ada' } }), message(2, { via: 'email' }), stranger], 'V', { mailed });
    const [sent, answered, other] = screen.getAllByRole('article');
    expect(sent).toHaveTextContent(/Sent by e-mail (14:03|2:03)/);
    expect(answered).toHaveTextContent(/By e-mail$/);
    expect(other).toHaveTextContent('By e-mail from eve@evil.example, which is not the address we wrote to');
  });

  it('marks what is angry or cannot wait, with the words that say so', () => {
    const words = [{ text: 'smoke', kind: 'safety' }, { text: 'scam', kind: 'angry' }, { text: 'good', kind: 'positive' }];
    const moods = { m1: { message: 'm1', angry: true, urgency: 'safety' as const, words }, m2: { message: 'm2', angry: false, urgency: null, words: [] } };
    shown([message(1), message(2)], 'V', { moods });
    const marks = screen.getAllByRole('img');
    expect(marks.map((mark) => mark.getAttribute('aria-label'))).toEqual(['Says it is unsafe, Angry, “smoke”, “scam”']);
  });

  it('is divided by days', () => {
    const at = (day: number) => new Date(2024, 2, day, 12).toISOString();
    shown([message(1, { at: at(4) }), message(2, { at: at(4) }), message(3, { at: at(6) })]);
    expect(screen.getAllByRole('heading')).toHaveLength(2);
  });

  it('shows notes where they stand, and who has taken over', () => {
    const note = { type: 'note', id: 'n1', author: { kind: 'agent', id: 'u2', name: 'Ben' }, client_id: 'x', text: 'Asked the warehouse.', after: 1, at: '2026-03-01T12:00:00Z' } as const;
    shown([message(1), status(2), message(3, { author: { kind: 'agent', id: 'u1', name: 'Ada' }, text: 'Hello.' })], 'Mia', { notes: [note], seen: 3 });
    expect(screen.getByText('Ada took over')).toBeVisible();
    const order = screen.getByRole('log').textContent ?? '';
    expect(order.indexOf('Asked the warehouse.')).toBeGreaterThan(order.indexOf('message 1'));
    expect(order.indexOf('Asked the warehouse.')).toBeLessThan(order.indexOf('Ada took over'));
    expect(screen.getByText('Seen')).toBeVisible();
  });

  it('has what was stopped before who stopped it', () => {
    const stopped = message(3, { author: { kind: 'assistant', name: null }, state: 'interrupted', text: 'It is' });
    shown([message(1), status(2), stopped]);
    const [taken, half] = [screen.getByText(/took over/), screen.getByText('It is')];
    expect(half.compareDocumentPosition(taken)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  it('says to whom it was assigned', () => {
    shown([message(1), status(2, { by: { kind: 'system' }, reason: 'assigned' })]);
    expect(screen.getByText('Assigned to Ada')).toBeVisible();
  });

  it.each([
    ['visitor_asked', 'Mia asked for a person'],
    ['abstained', 'The assistant found no answer'],
    ['upstream', 'The model could not be reached'],
    ['limit', 'The plan or the budget is used up'],
    ['model', 'The assistant asked for a person'],
    ['some_new_word', 'A person is asked for'],
  ])('says why a person is asked for, and what the visitor is told: %s', (reason, words) => {
    const waits = status(2, { status: 'waiting', reason, by: { kind: 'system' } });
    shown([message(1), waits, message(3, { author: { kind: 'system' }, text: 'A person from our team will join you here.' })], 'Mia');
    expect(screen.getByText(words)).toBeVisible();
    expect(screen.getByText('A person from our team will join you here.')).toBeVisible();
    expect(screen.getAllByRole('article'), 'which nobody wrote').toHaveLength(1);
  });

  it('shows an answer while it is written, what is on its way, and who types', () => {
    const typing = [{ kind: 'visitor' as const }, { kind: 'agent' as const, id: 'u2', name: 'Ben' }];
    shown([message(1)], 'Mia', { answer: { message: 'm9', text: 'It takes **three', claims: [] }, typing, pending: [{ client_id: 'p1', kind: 'say', text: 'One moment.' }] });
    expect(screen.getByText(/It takes/)).toBeVisible();
    expect(screen.getByText('One moment.')).toBeVisible();
    expect(screen.getByText('Mia and Ben are typing')).toBeVisible();
  });

  it('opens what an answer cites', async () => {
    const citations = [{ n: 1, document: 'd1', title: 'Returns', excerpt: 'Within 30 days.', url: 'https://acme.example/returns', page: 3 }];
    shown([message(1, { author: { kind: 'assistant' }, citations, grounding: 0.9 })]);
    await userEvent.click(screen.getByText('1 source'));
    expect(screen.getByRole('link', { name: 'Returns' })).toHaveAttribute('href', 'https://acme.example/returns');
    expect(screen.getByText('Within 30 days.')).toBeVisible();
  });
});

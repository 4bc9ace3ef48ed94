import { render, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { message } from '../test/inbox';
import { Transcript } from './Transcript';

describe('a transcript', () => {
  it('says who said what', () => {
    const messages = [
      message(1, { text: 'where is my order?' }),
      message(2, { author: { kind: 'assistant', id: null, name: 'Robo' }, text: 'On its way [S1].', grounding: 0.93, model: 'large-1' }),
      message(3, { author: { kind: 'agent', id: 'a1', name: null }, text: 'Anything else?' }),
    ];
    render(<Transcript messages={messages} visitor="Visitor 4F2A" />);
    const [asked, answered, joined] = screen.getAllByRole('article');
    expect(asked).toHaveTextContent(/^Visitor 4F2A.*where is my order\?$/);
    expect(answered).toHaveTextContent(/^Robo.*On its way\. source \[1\].*large-1$/);
    expect(joined).toHaveTextContent(/^Agent.*Anything else\?$/);
    expect(within(answered as HTMLElement).getByRole('meter')).toHaveAttribute('aria-valuenow', '93');
    expect(within(joined as HTMLElement).queryByRole('meter')).toBeNull();
  });

  it('tells what was answered before', () => {
    const author = { kind: 'assistant', id: null, name: 'Robo' } as const;
    const answer = { author, text: 'On its way.', model: 'large-1' };
    render(<Transcript messages={[message(1, answer), message(2, { ...answer, cached: true })]} visitor="V" />);
    const [fresh, again] = screen.getAllByRole('article');
    expect(fresh).toHaveTextContent(/large-1$/);
    expect(again).toHaveTextContent(/large-1\s*cached$/);
  });

  it('tells answers that did not end well', () => {
    const author = { kind: 'assistant', id: null, name: null } as const;
    render(<Transcript messages={[message(1, { author, state: 'interrupted' }), message(2, { author, state: 'failed', text: '' })]} visitor="V" />);
    const [stopped, failed] = screen.getAllByRole('article');
    expect(stopped).toHaveTextContent('Interrupted');
    expect(failed).toHaveTextContent('No text');
    expect(failed).toHaveTextContent('Failed before the end');
  });

  it('shows what a visitor typed as it is', () => {
    const { container } = render(<Transcript messages={[message(1, { text: '**not bold** <b>x</b> [S1]' })]} visitor="V" />);
    expect(screen.getByText('**not bold** <b>x</b> [S1]')).toBeVisible();
    expect(container.querySelector('strong, b')).toBeNull();
  });

  it('is divided by days', () => {
    const at = (day: number) => new Date(2024, 2, day, 12).toISOString();
    render(<Transcript messages={[message(1, { at: at(4) }), message(2, { at: at(4) }), message(3, { at: at(6) })]} visitor="V" />);
    expect(screen.getAllByRole('heading')).toHaveLength(2);
  });
});

import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Mood } from './api';
import { MoodFact } from './MoodFact';

const mood: Mood = { valence: -0.6, anger: 0.8, angry: true, urgency: null, trend: 'worse', recent: [0.2, -0.1, -0.6], words: [{ text: 'scam', kind: 'angry' }] };

describe('the mood of a conversation', () => {
  it('says how the visitor is, where that goes, and by which words', () => {
    render(<MoodFact of={mood} />);
    expect(screen.getByText('Angry, getting worse')).toBeVisible();
    expect(screen.getByRole('img', { name: 'Mood of the last 3 messages' })).toBeVisible();
    expect(screen.getByRole('listitem')).toHaveTextContent('scam');
  });

  it('draws no line of one message', () => {
    render(<MoodFact of={{ ...mood, valence: 0, angry: false, trend: 'steady', recent: [0], words: [] }} />);
    expect(screen.getByText('Neutral')).toBeVisible();
    expect(screen.queryByRole('img')).toBeNull();
  });
});

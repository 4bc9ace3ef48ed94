import type { Analytics, Figures, Spans } from '../overview/api';

const none: Spans = { count: 0, mean_ms: null, p50_ms: null, p90_ms: null };

/** Nothing happened, but for what is given. */
export function figures(given: Partial<Figures> = {}): Figures {
  return {
    conversations: 0,
    visitors: 0,
    messages: { visitor: 0, assistant: 0, agent: 0, system: 0 },
    answers: { given: 0, abstained: 0, interrupted: 0, failed: 0, cached: 0 },
    grounding: { count: 0, mean: null },
    handoffs: { total: 0, reasons: {} },
    resolved: { total: 0, alone: 0 },
    first_response: none,
    human_response: none,
    resolution: none,
    thumbs: { up: 0, down: 0 },
    csat: { count: 0, mean: null, satisfied: null, scores: [0, 0, 0, 0, 0] },
    sentiment: { unhappy: 0, neutral: 0, happy: 0, angry: 0, mean: null },
    usage: { calls: 0, cost_nanos: 0, input: 0, output: 0, cache_write: 0, cache_read: 0 },
    ...given,
  };
}

/** One day of which these are the totals. */
export function analytics(totals: Figures, given: Partial<Analytics> = {}): Analytics {
  return {
    from: '2026-11-01',
    to: '2026-11-01',
    tz: 'UTC',
    step: 'day',
    totals,
    series: [{ at: '2026-11-01', figures: totals }],
    previous: null,
    ...given,
  };
}

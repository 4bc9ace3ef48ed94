import { readOf, type Analytics, type Figures } from './api';
import { Chart } from './Chart';
import { cost, count, duration, part, score, share } from './format';

/** The period in pictures. */
export function Charts({ data }: { data: Analytics }) {
  const { series, totals, previous } = data;
  const slots = series.map(({ at }) => at);
  const of = (tell: (figures: Figures) => number | null) => series.map(({ figures }) => tell(figures));
  const before = previous?.series.slice(0, slots.length).map(({ figures }) => figures.conversations);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Chart
        title="Conversations"
        about="Begun, and resolved with and without a person."
        slots={slots}
        format={count}
        rows={[
          { name: 'Resolved without a person', colour: 'good', stack: 'resolved', values: of((f) => f.resolved.alone) },
          { name: 'Resolved with one', colour: 'warn', stack: 'resolved', values: of((f) => f.resolved.total - f.resolved.alone) },
          { name: 'Begun', colour: 'accent', look: 'line', values: of((f) => f.conversations) },
          ...(before ? [{ name: 'Begun in the days before', colour: 'mute' as const, look: 'dashed' as const, values: before }] : []),
        ]}
      />
      <Chart
        title="Messages"
        about="By who wrote them."
        slots={slots}
        format={count}
        rows={[
          { name: 'Visitors', colour: 'accent', stack: 'all', values: of((f) => f.messages.visitor) },
          { name: 'Bot', colour: 'good', stack: 'all', values: of((f) => f.messages.assistant) },
          { name: 'Team', colour: 'warn', stack: 'all', values: of((f) => f.messages.agent) },
          { name: 'Parlance', colour: 'mute', stack: 'all', values: of((f) => f.messages.system) },
        ]}
      />
      <Chart
        title="Answers"
        about="What became of the bot's answers."
        slots={slots}
        format={count}
        rows={[
          // What was said again is among those given.
          { name: 'Answered', colour: 'good', stack: 'all', values: of((f) => Math.max(0, f.answers.given - f.answers.cached)) },
          { name: 'Said again from memory', colour: 'accent', stack: 'all', values: of((f) => f.answers.cached) },
          { name: 'Nothing found', colour: 'warn', stack: 'all', values: of((f) => f.answers.abstained) },
          { name: 'Stopped or failed', colour: 'bad', stack: 'all', values: of((f) => f.answers.interrupted + f.answers.failed) },
        ]}
      />
      <Chart
        title="Grounding"
        about="How well answers are carried by their sources, on average."
        slots={slots}
        format={share}
        domain={[0, 1]}
        none={totals.grounding.count === 0 && 'No answer was checked in these days.'}
        rows={[{ name: 'Grounding', colour: 'accent', look: 'line', values: of((f) => f.grounding.mean) }]}
      />
      <Chart
        title="First response"
        about="From a visitor's first question to the first reply, by the bot or a person."
        slots={slots}
        format={duration}
        none={totals.first_response.count === 0 && 'No first question was answered in these days.'}
        rows={[
          { name: 'Half within', colour: 'accent', look: 'line', values: of((f) => f.first_response.p50_ms) },
          { name: 'Nine of ten within', colour: 'warn', look: 'line', values: of((f) => f.first_response.p90_ms) },
        ]}
      />
      <Chart
        title="Waiting for a person"
        about="From asking for somebody to their first word."
        slots={slots}
        format={duration}
        none={totals.human_response.count === 0 && 'Nobody who waited was answered by a person in these days.'}
        rows={[
          { name: 'Half within', colour: 'accent', look: 'line', values: of((f) => f.human_response.p50_ms) },
          { name: 'Nine of ten within', colour: 'warn', look: 'line', values: of((f) => f.human_response.p90_ms) },
        ]}
      />
      <Chart
        title="Handed to a person"
        about="Conversations that came to people, whoever asked for that."
        slots={slots}
        format={count}
        none={totals.handoffs.total === 0 && 'The bot kept every conversation in these days.'}
        rows={[{ name: 'Handed over', colour: 'warn', values: of((f) => f.handoffs.total) }]}
      />
      <Chart
        title="Time to resolution"
        about="From the beginning, or from being reopened."
        slots={slots}
        format={duration}
        none={totals.resolution.count === 0 && 'No conversation was resolved in these days.'}
        rows={[
          { name: 'Half within', colour: 'accent', look: 'line', values: of((f) => f.resolution.p50_ms) },
          { name: 'Nine of ten within', colour: 'warn', look: 'line', values: of((f) => f.resolution.p90_ms) },
        ]}
      />
      <Chart
        title="Satisfaction"
        about="Stars given to conversations, 1 to 5, on average."
        slots={slots}
        format={score}
        domain={[1, 5]}
        none={totals.csat.count === 0 && 'Nobody rated a conversation in these days.'}
        rows={[{ name: 'Stars', colour: 'accent', look: 'line', values: of((f) => f.csat.mean) }]}
      />
      <Chart
        title="Sentiment"
        about="Of visitors’ messages, as they were read."
        slots={slots}
        format={share}
        domain={[0, 1]}
        none={readOf(totals.sentiment) === 0 && 'No visitor wrote in these days.'}
        rows={[
          { name: 'Unhappy', colour: 'bad', stack: 'all', values: of((f) => part(f.sentiment.unhappy, readOf(f.sentiment))) },
          { name: 'Neutral', colour: 'mute', stack: 'all', values: of((f) => part(f.sentiment.neutral, readOf(f.sentiment))) },
          { name: 'Happy', colour: 'good', stack: 'all', values: of((f) => part(f.sentiment.happy, readOf(f.sentiment))) },
        ]}
      />
      <Chart
        title="Thumbs"
        about="What visitors thought of single answers."
        slots={slots}
        format={count}
        none={totals.thumbs.up + totals.thumbs.down === 0 && 'Nobody judged an answer in these days.'}
        rows={[
          { name: 'Up', colour: 'good', stack: 'all', values: of((f) => f.thumbs.up) },
          { name: 'Down', colour: 'bad', stack: 'all', values: of((f) => f.thumbs.down) },
        ]}
      />
      <Chart
        title="Cost"
        about="Of models and embeddings, when it was charged."
        slots={slots}
        format={cost}
        none={totals.usage.cost_nanos === 0 && 'Nothing was charged in these days.'}
        rows={[{ name: 'Cost', colour: 'accent', values: of((f) => f.usage.cost_nanos) }]}
      />
    </div>
  );
}

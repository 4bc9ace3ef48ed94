import { Markdown } from '../../inbox/Markdown';
import { cost } from '../../overview/format';
import { Tag } from '../../ui/Tag';
import type { GoldenResult } from './api';
import { costOf, pairs, type Pair, type RunDetails, type Turn } from './compare';
import { nameOf } from './CompareWith';
import { reasons } from './reasons';

const TURNS: Record<Turn, { words: string; look: 'good' | 'bad' | 'plain' } | null> = {
  worse: { words: 'Worse', look: 'bad' },
  better: { words: 'Better', look: 'good' },
  same: null,
  changed: { words: 'Not comparable', look: 'plain' },
};

/** Two runs side by side, question by question. */
export function RunComparison({ one, other }: { one: RunDetails; other: RunDetails }) {
  const compared = pairs(one, other);
  const of = (turn: Turn) => compared.filter((pair) => pair.turn === turn).length;
  return (
    <>
      <p role="status" className="mt-4 flex flex-wrap gap-x-4 gap-y-1 font-medium">
        <span className="text-good">{of('better')} better in this run</span>
        <span className="text-bad">{of('worse')} worse</span>
        <span className="text-mute">{of('same')} the same</span>
        {of('changed') > 0 && <span className="text-mute">{of('changed')} not comparable</span>}
      </p>
      <div className="mt-3 grid gap-3 sm:grid-cols-2">
        <Total label="This run" details={one} />
        <Total label="The other" details={other} />
      </div>
      <ul aria-label="Questions" className="mt-4 divide-y divide-line rounded-xl border border-line">
        {compared.map((pair) => (
          <Row key={(pair.one ?? pair.other)?.question.id} pair={pair} />
        ))}
      </ul>
    </>
  );
}

function Total({ label, details }: { label: string; details: RunDetails }) {
  const { run } = details;
  const spent = costOf(details);
  return (
    <div className="rounded-xl border border-line px-4 py-3">
      <p className="text-xs text-mute">
        {label} · {nameOf(run)}
      </p>
      <p className="mt-0.5 font-semibold tabular-nums">
        {run.passed} of {run.questions} pass{spent !== null && <span className="font-normal text-mute"> · {cost(spent)}</span>}
      </p>
    </div>
  );
}

function Row({ pair: { one, other, turn } }: { pair: Pair }) {
  const told = TURNS[turn];
  return (
    <li className="px-4 py-3">
      <div className="flex items-start justify-between gap-3">
        <p className="min-w-0 font-medium wrap-anywhere">{(one ?? other)?.question.question}</p>
        {told && <Tag look={told.look}>{told.words}</Tag>}
      </div>
      <div className="mt-2 grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Side label="This run" result={one} />
        <Side label="The other" result={other} />
      </div>
    </li>
  );
}

function Side({ label, result }: { label: string; result: GoldenResult | undefined }) {
  return (
    <div className="min-w-0 rounded-lg bg-ground px-3.5 py-2.5">
      <p className="text-xs text-mute">{label}</p>
      {result ? (
        <>
          <p className={result.passed ? 'text-good' : 'text-bad'}>{result.passed ? passed(result) : `Fails. ${reasons(result).join(' ')}`}</p>
          {result.answer && (
            <div className="mt-2">
              <Markdown text={result.answer} />
            </div>
          )}
        </>
      ) : (
        <p className="text-mute">It was not asked.</p>
      )}
    </div>
  );
}

const passed = ({ source_place }: GoldenResult) => (source_place === null ? 'Passes.' : `Passes. Its document was source ${source_place}.`);

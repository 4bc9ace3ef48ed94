import { ChevronRight } from 'lucide-react';
import { Tag } from '../../ui/Tag';
import { PassageText } from '../PassageText';
import type { Candidate, Verdict, Word } from './api';
import { Highlighted } from './Highlighted';
import { ScoreBar } from './ScoreBar';
import { Why } from './Why';

interface CandidatesProps {
  /** Those that are not shown above. */
  candidates: Candidate[];
  all: Candidate[];
  best: number;
  words: Word[];
}

/** What else was weighed, and why the model is not given it. */
export function Candidates({ candidates, all, best, words }: CandidatesProps) {
  return (
    <ol className="divide-y divide-line rounded-xl border border-line">
      {candidates.map((candidate) => (
        <li key={candidate.id}>
          <details className="group">
            <summary className="grid cursor-pointer list-none grid-cols-[1.5rem_minmax(0,1fr)_auto_1rem] items-center gap-3 rounded-xl px-4 py-2.5 outline-accent hover:bg-ground focus-visible:outline-2 sm:grid-cols-[1.5rem_minmax(0,1fr)_8rem_2.5rem_9rem_1rem]">
              <span className="text-xs text-mute tabular-nums">{candidate.place}</span>
              <span className="truncate">
                {candidate.title} <span className="text-xs text-mute">{candidate.heading.at(-1) !== candidate.title && candidate.heading.at(-1)}</span>
              </span>
              <span className="hidden sm:block">
                <ScoreBar candidate={candidate} best={best} />
              </span>
              <span className="hidden text-end text-xs tabular-nums sm:block">{candidate.score.toFixed(1)}</span>
              <span>
                <Outcome candidate={candidate} all={all} />
              </span>
              <ChevronRight className="size-4 text-mute transition-transform group-open:rotate-90" aria-hidden />
            </summary>
            <div className="px-4 pb-4">
              <PassageText text={candidate.text} draw={(piece) => <Highlighted text={piece} words={words} />} />
              <Why candidate={candidate} />
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

const SAID: Record<Exclude<Verdict, 'repeats'>, string> = { kept: 'Given to the model', surplus: 'Others are better', below_floor: 'Below the floor' };

function Outcome({ candidate: { outcome, repeats }, all }: { candidate: Candidate; all: Candidate[] }) {
  if (outcome === 'repeats') return <Tag>Repeats #{all.find(({ id }) => id === repeats)?.place ?? '?'}</Tag>;
  return <Tag look={outcome === 'below_floor' ? 'warn' : 'plain'}>{SAID[outcome]}</Tag>;
}
